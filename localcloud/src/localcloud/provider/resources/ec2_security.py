"""Security groups, their rules, and VPC endpoints."""

import json
from typing import Any

from localcloud.provider.naming import Naming
from localcloud.provider.resource import Resource, given, mapping
from localcloud.provider.resources.ec2_network import retag, tag_specification
from localcloud.provider.session import Session, region_of
from localcloud.provider.values import Props

_ENDPOINT_SECONDS = 600


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


def _rule_permission(props: Props) -> dict[str, Any]:
    text = given(props, Description="description")
    found: dict[str, Any] = {
        "IpProtocol": str(props["ipProtocol"]),
        **given(props, FromPort="fromPort", ToPort="toPort"),
    }
    if props.get("cidrIpv4"):
        found["IpRanges"] = [{"CidrIp": props["cidrIpv4"], **text}]
    if props.get("cidrIpv6"):
        found["Ipv6Ranges"] = [{"CidrIpv6": props["cidrIpv6"], **text}]
    if props.get("prefixListId"):
        found["PrefixListIds"] = [{"PrefixListId": props["prefixListId"], **text}]
    if props.get("referencedSecurityGroupId"):
        found["UserIdGroupPairs"] = [{"GroupId": props["referencedSecurityGroupId"], **text}]
    return found


def _create_rule(session: Session, props: Props, way: str) -> str:
    ec2 = _ec2(session, props)
    answer = getattr(ec2, f"authorize_security_group_{way}")(
        GroupId=props["securityGroupId"],
        IpPermissions=[_rule_permission(props)],
        **tag_specification("security-group-rule", props),
    )
    return answer["SecurityGroupRules"][0]["SecurityGroupRuleId"]


def _read_rule(session: Session, rule: str, state: Props) -> Props | None:
    # Asked for by group: the server behind answers a filter on rule ids with every rule.
    chosen = [{"Name": "group-id", "Values": [state["securityGroupId"]]}] if state.get("securityGroupId") else []
    answer = _ec2(session, state).describe_security_group_rules(Filters=chosen)["SecurityGroupRules"]
    found = next((one for one in answer if one["SecurityGroupRuleId"] == rule), None)
    if found is None:
        return None
    every = str(found["IpProtocol"]) == "-1"
    return {
        "arn": session.arn("ec2", f"security-group-rule/{rule}", region_of(state)),
        "securityGroupRuleId": rule,
        "securityGroupId": found["GroupId"],
        "ipProtocol": found["IpProtocol"],
        "fromPort": None if every else found.get("FromPort"),
        "toPort": None if every else found.get("ToPort"),
        "cidrIpv4": found.get("CidrIpv4"),
        "cidrIpv6": found.get("CidrIpv6"),
        "prefixListId": found.get("PrefixListId"),
        "referencedSecurityGroupId": found.get("ReferencedGroupInfo", {}).get("GroupId"),
        "description": found.get("Description") or state.get("description"),
        "tagsAll": mapping(found.get("Tags")),
    }


def _delete_rule(session: Session, rule: str, state: Props, way: str) -> None:
    call = getattr(_ec2(session, state), f"revoke_security_group_{way}")
    call(GroupId=state["securityGroupId"], SecurityGroupRuleIds=[rule])


def _update_rule(session: Session, rule: str, state: Props, props: Props, changed: frozenset[str], way: str) -> None:
    ec2 = _ec2(session, state)
    if changed & {"description"}:
        describe = getattr(ec2, f"update_security_group_rule_descriptions_{way}")
        describe(GroupId=props["securityGroupId"], IpPermissions=[_rule_permission(props)])
    if changed - {"tags", "tagsAll", "description"}:
        ports = {"FromPort": props.get("fromPort", -1), "ToPort": props.get("toPort", -1)}
        target = given(
            props,
            CidrIpv4="cidrIpv4",
            CidrIpv6="cidrIpv6",
            PrefixListId="prefixListId",
            ReferencedGroupId="referencedSecurityGroupId",
            Description="description",
        )
        wanted = {"IpProtocol": str(props["ipProtocol"]), **ports, **target}
        ec2.modify_security_group_rules(
            GroupId=props["securityGroupId"],
            SecurityGroupRules=[{"SecurityGroupRuleId": rule, "SecurityGroupRule": wanted}],
        )
    retag(ec2, rule, state, props, changed)


def _rule(token: str, way: str) -> Resource:
    return Resource(
        token=token,
        create=lambda session, props: _create_rule(session, props, way),
        read=_read_rule,
        update=lambda session, rule, state, props, changed: _update_rule(session, rule, state, props, changed, way),
        delete=lambda session, rule, state: _delete_rule(session, rule, state, way),
    )


def _create_endpoint(session: Session, props: Props) -> str:
    ec2 = _ec2(session, props)
    endpoint = ec2.create_vpc_endpoint(
        **given(
            props,
            VpcId="vpcId",
            ServiceName="serviceName",
            VpcEndpointType="vpcEndpointType",
            PolicyDocument="policy",
            RouteTableIds="routeTableIds",
            SubnetIds="subnetIds",
            SecurityGroupIds="securityGroupIds",
            PrivateDnsEnabled="privateDnsEnabled",
        ),
        **tag_specification("vpc-endpoint", props),
    )["VpcEndpoint"]["VpcEndpointId"]

    def available() -> bool:
        return ec2.describe_vpc_endpoints(VpcEndpointIds=[endpoint])["VpcEndpoints"][0]["State"].lower() == "available"

    session.until(available, seconds=_ENDPOINT_SECONDS, what=f"VPC endpoint {endpoint} to be available")
    return endpoint


def _read_endpoint(session: Session, endpoint: str, state: Props) -> Props | None:
    ec2 = _ec2(session, state)
    answer = ec2.describe_vpc_endpoints(VpcEndpointIds=[endpoint])["VpcEndpoints"]
    if not answer or answer[0]["State"].lower() == "deleted":
        return None
    found = answer[0]
    lists = [entry for entry in _prefix_lists(ec2) if entry["PrefixListName"] == found["ServiceName"]]
    gateway = found.get("VpcEndpointType", "Gateway") == "Gateway"
    policy = found.get("PolicyDocument")
    return {
        "arn": session.arn("ec2", f"vpc-endpoint/{endpoint}", region_of(state)),
        "vpcId": found["VpcId"],
        "serviceName": found["ServiceName"],
        "vpcEndpointType": found.get("VpcEndpointType", "Gateway"),
        "state": "available",
        "ownerId": found.get("OwnerId", session.account),
        "requesterManaged": found.get("RequesterManaged", False),
        "routeTableIds": found.get("RouteTableIds") or [],
        "subnetIds": found.get("SubnetIds") or [],
        "securityGroupIds": [group["GroupId"] for group in found.get("Groups") or []] or state.get("securityGroupIds"),
        "networkInterfaceIds": found.get("NetworkInterfaceIds") or [],
        "privateDnsEnabled": bool(found.get("PrivateDnsEnabled")),
        "dnsEntries": [
            {"dnsName": entry.get("DnsName"), "hostedZoneId": entry.get("HostedZoneId")}
            for entry in found.get("DnsEntries") or []
        ],
        "policy": json.dumps(policy) if isinstance(policy, dict) else policy,
        "prefixListId": (lists[0]["PrefixListId"] if lists else None) if gateway else None,
        "tagsAll": mapping(found.get("Tags")),
    }


def _prefix_lists(ec2: Any) -> list[dict[str, Any]]:
    return ec2.describe_managed_prefix_lists()["PrefixLists"]


def _update_endpoint(session: Session, endpoint: str, state: Props, props: Props, changed: frozenset[str]) -> None:
    ec2 = _ec2(session, state)
    params: dict[str, Any] = {}
    for name, add, remove in (
        ("routeTableIds", "AddRouteTableIds", "RemoveRouteTableIds"),
        ("subnetIds", "AddSubnetIds", "RemoveSubnetIds"),
        ("securityGroupIds", "AddSecurityGroupIds", "RemoveSecurityGroupIds"),
    ):
        if name in changed:
            old, new = set(state.get(name) or []), set(props.get(name) or [])
            params |= {key: sorted(value) for key, value in ((add, new - old), (remove, old - new)) if value}
    if "policy" in changed:
        params |= given(props, PolicyDocument="policy") or {"ResetPolicy": True}
    if "privateDnsEnabled" in changed:
        params["PrivateDnsEnabled"] = bool(props.get("privateDnsEnabled"))
    if params:
        ec2.modify_vpc_endpoint(VpcEndpointId=endpoint, **params)
    retag(ec2, endpoint, state, props, changed)


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
    _rule("aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule", "ingress"),
    _rule("aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule", "egress"),
    Resource(
        token="aws:ec2/vpcEndpoint:VpcEndpoint",
        create=_create_endpoint,
        read=_read_endpoint,
        update=_update_endpoint,
        delete=lambda session, endpoint, state: _ec2(session, state).delete_vpc_endpoints(VpcEndpointIds=[endpoint]),
        documents=frozenset({"policy"}),
        defaults={"vpcEndpointType": "Gateway"},
    ),
)
