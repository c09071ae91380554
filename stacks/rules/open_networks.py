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
_DOORS: dict[str, tuple[str, object]] = {
    "aws:ec2/subnet:Subnet": ("mapPublicIpOnLaunch", True),
    "aws:lambda/functionUrl:FunctionUrl": ("authorizationType", "NONE"),
    "aws:rds/cluster:Cluster": ("publiclyAccessible", True),
    "aws:rds/clusterInstance:ClusterInstance": ("publiclyAccessible", True),
    "aws:rds/instance:Instance": ("publiclyAccessible", True),
    "aws:redshift/cluster:Cluster": ("publiclyAccessible", True),
    "aws:sagemaker/notebookInstance:NotebookInstance": ("directInternetAccess", "Enabled"),
}
"""Properties with the value that opens a way of its own, past any security group."""
WORLD_BITS = {4: 8, 6: 16}
"""A public range of fewer bits is the world, also when it is cut into halves."""
_NAME_CALLERS = "Name who may call: a security group, or the range of a network that is yours."


def _judge(resource: Resource, context: Context) -> Iterator[Verdict]:
    if resource.type in _DOORS:
        property, opens = _DOORS[resource.type]
        if resource.inputs.get(property) == UNKNOWN:
            yield Undecided(resource, property)
        elif resource.inputs.get(property) == opens:
            what = f"{resource} has {property} {shown(opens)}, which is a way in from the internet."
            yield Broken(resource, what, f"Remove {property}; callers come through the network of the environment.")
    if resource.inputs.get("type") == "egress":
        return
    for path in _INGRESS.get(resource.type, ()):
        yield from _ranges(resource, path)


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
