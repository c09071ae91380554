"""Security groups with rules of their own, and the default group of a VPC."""

from typing import Any

from localcloud.provider.naming import Naming
from localcloud.provider.resource import Resource, given, mapping
from localcloud.provider.resources.ec2_tags import retag, tag_specification
from localcloud.provider.session import Session, region_of
from localcloud.provider.values import Props


def _ec2(session: Session, props: Props) -> Any:
    return session.client("ec2", region_of(props))


def _permission(rule: Props, self_id: str) -> dict[str, Any]:
    """Return an inline rule as EC2 takes it."""
    groups = [*(rule.get("securityGroups") or []), *([self_id] if rule.get("self") else [])]
    text = {"Description": rule["description"]} if rule.get("description") else {}
    found: dict[str, Any] = {
        "IpProtocol": str(rule["protocol"]),
        "IpRanges": [{"CidrIp": cidr, **text} for cidr in rule.get("cidrBlocks") or []],
        "Ipv6Ranges": [{"CidrIpv6": cidr, **text} for cidr in rule.get("ipv6CidrBlocks") or []],
        "PrefixListIds": [{"PrefixListId": one, **text} for one in rule.get("prefixListIds") or []],
        "UserIdGroupPairs": [{"GroupId": group, **text} for group in groups],
    }
    if str(rule["protocol"]) != "-1":
        found |= {"FromPort": rule["fromPort"], "ToPort": rule["toPort"]}
    return {key: value for key, value in found.items() if value != []}


def _inline(permission: dict[str, Any], self_id: str) -> Props:
    """Return a rule of EC2 as an inline rule."""
    groups = [pair["GroupId"] for pair in permission.get("UserIdGroupPairs", [])]
    texts = [
        entry["Description"]
        for key in ("IpRanges", "Ipv6Ranges", "PrefixListIds", "UserIdGroupPairs")
        for entry in permission.get(key, [])
        if entry.get("Description")
    ]
    return {
        "protocol": permission["IpProtocol"],
        "fromPort": permission.get("FromPort", 0),
        "toPort": permission.get("ToPort", 0),
        "cidrBlocks": [entry["CidrIp"] for entry in permission.get("IpRanges", [])],
        "ipv6CidrBlocks": [entry["CidrIpv6"] for entry in permission.get("Ipv6Ranges", [])],
        "prefixListIds": [entry["PrefixListId"] for entry in permission.get("PrefixListIds", [])],
        "securityGroups": [group for group in groups if group != self_id],
        "self": self_id in groups,
        "description": texts[0] if texts else None,
    }


def _revoke_all(ec2: Any, group: str) -> None:
    found = ec2.describe_security_groups(GroupIds=[group])["SecurityGroups"][0]
    if found["IpPermissions"]:
        ec2.revoke_security_group_ingress(GroupId=group, IpPermissions=found["IpPermissions"])
    if found["IpPermissionsEgress"]:
        ec2.revoke_security_group_egress(GroupId=group, IpPermissions=found["IpPermissionsEgress"])


def _authorize(ec2: Any, group: str, props: Props) -> None:
    for name, call in (
        ("ingress", ec2.authorize_security_group_ingress),
        ("egress", ec2.authorize_security_group_egress),
    ):
        if props.get(name):
            call(GroupId=group, IpPermissions=[_permission(rule, group) for rule in props[name]])


def _create_group(session: Session, props: Props) -> str:
    ec2 = _ec2(session, props)
    group = ec2.create_security_group(
        GroupName=props["name"],
        Description=props["description"],
        **given(props, VpcId="vpcId"),
        **tag_specification("security-group", props),
    )["GroupId"]
    _revoke_all(ec2, group)  # AWS's own "allow all out" goes, as the bridged provider has it
    _authorize(ec2, group, props)
    return group


def _read_group(session: Session, group: str, state: Props) -> Props | None:
    found = _ec2(session, state).describe_security_groups(GroupIds=[group])["SecurityGroups"][0]
    rules = {"ingress": found["IpPermissions"], "egress": found["IpPermissionsEgress"]}
    return {
        "arn": session.arn("ec2", f"security-group/{group}", region_of(state)),
        "name": found["GroupName"],
        "description": found["Description"],
        "vpcId": found.get("VpcId"),
        "ownerId": found.get("OwnerId", session.account),
        # Rules may be resources of their own: only a group that lists its rules is asked for them.
        **{name: [_inline(rule, group) for rule in rules[name]] for name in rules if name in state},
        "tagsAll": mapping(found.get("Tags")),
    }


def _update_group(session: Session, group: str, state: Props, props: Props, changed: frozenset[str]) -> None:
    ec2 = _ec2(session, state)
    if changed & {"ingress", "egress"}:
        _revoke_all(ec2, group)
        _authorize(ec2, group, props)
    retag(ec2, group, state, props, changed)


def _adopt_default(session: Session, props: Props) -> str:
    ec2 = _ec2(session, props)
    chosen = [{"Name": "group-name", "Values": ["default"]}]
    if props.get("vpcId"):
        chosen.append({"Name": "vpc-id", "Values": [props["vpcId"]]})
    group = ec2.describe_security_groups(Filters=chosen)["SecurityGroups"][0]["GroupId"]
    _revoke_all(ec2, group)
    _authorize(ec2, group, props)
    retag(ec2, group, {}, props, frozenset({"tags"}))
    return group


ROWS = (
    Resource(
        token="aws:ec2/securityGroup:SecurityGroup",
        naming=Naming(longest=100),
        create=_create_group,
        read=_read_group,
        update=_update_group,
        delete=lambda session, group, state: _ec2(session, state).delete_security_group(GroupId=group),
        defaults={"description": "Managed by Pulumi", "revokeRulesOnDelete": False},
        replaces=frozenset({"description"}),
    ),
    Resource(
        token="aws:ec2/defaultSecurityGroup:DefaultSecurityGroup",
        create=_adopt_default,
        read=_read_group,
        update=_update_group,
        # AWS deletes it with the VPC, never alone: the provider forgets it and leaves it without rules.
        delete=lambda session, group, state: None,
    ),
)
