"""Nothing can be reached from the whole internet."""

import ipaddress
from collections.abc import Iterator

from stacks.rules.context import Context
from stacks.rules.reading import at, shown
from stacks.rules.resource import UNKNOWN, Resource
from stacks.rules.rule import Broken, Rule, Undecided, Verdict, for_each

_GROUPS = ("aws:ec2/securityGroup:SecurityGroup", "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup")
_INGRESS = {
    **dict.fromkeys(_GROUPS, ("ingress[].cidrBlocks[]", "ingress[].ipv6CidrBlocks[]")),
    "aws:ec2/securityGroupRule:SecurityGroupRule": ("cidrBlocks[]", "ipv6CidrBlocks[]"),
    "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule": ("cidrIpv4", "cidrIpv6"),
}
"""Where types keep the ranges that may come in."""
_DOORS: dict[str, tuple[str, object, object]] = {
    "aws:ec2/subnet:Subnet": ("mapPublicIpOnLaunch", False, False),
    "aws:lambda/functionUrl:FunctionUrl": ("authorizationType", "AWS_IAM", None),
    "aws:rds/cluster:Cluster": ("publiclyAccessible", False, False),
    "aws:rds/clusterInstance:ClusterInstance": ("publiclyAccessible", False, False),
    "aws:rds/instance:Instance": ("publiclyAccessible", False, False),
    "aws:redshift/cluster:Cluster": ("publiclyAccessible", False, False),
    "aws:sagemaker/notebookInstance:NotebookInstance": ("directInternetAccess", "Disabled", "Enabled"),
}
"""Properties that open a way of their own, past any security group: their closed value, and what they are unsaid."""
WORLD_BITS = {4: 8, 6: 16}
"""A public range of fewer bits is the world, also when it is cut into halves."""
_NAME_CALLERS = "Name who may call: a security group, or the range of a network that is yours."


def _judge(resource: Resource, context: Context) -> Iterator[Verdict]:
    if resource.type in _DOORS:
        yield from _door(resource, *_DOORS[resource.type])
    if resource.inputs.get("type") == "egress":
        return
    for path in _INGRESS.get(resource.type, ()):
        yield from _ranges(resource, path)


def _door(resource: Resource, property: str, closed: object, unsaid: object) -> Iterator[Verdict]:
    value = resource.inputs.get(property)
    if value == UNKNOWN:
        yield Undecided(resource, property)
    elif (unsaid if value is None else value) != closed:
        what = f"{resource} has a way to the internet of its own: {property} is {shown(value)}."
        yield Broken(
            resource, what, f"Set {property} to {shown(closed)}; callers come through the environment's network."
        )


def _ranges(resource: Resource, ranges: str) -> Iterator[Verdict]:
    for path, value in at(resource.inputs, ranges):
        if value == UNKNOWN:
            yield Undecided(resource, path)
        elif isinstance(value, str) and _world(value):
            yield Broken(resource, f"{resource} lets the internet in: {path} is {shown(value)}.", _NAME_CALLERS)


def _world(cidr: str) -> bool:
    try:
        network = ipaddress.ip_network(cidr, strict=False)
    except ValueError:
        return False
    return network.prefixlen < WORLD_BITS[network.version] and not (network.prefixlen and network.is_private)


RULE = Rule(
    "closed-to-the-internet",
    "Nothing can be reached from the whole internet: no security group lets it in, and nothing has a way of its own.",
    for_each(_judge),
)
