"""Security-group rules that are resources of their own."""

from typing import Any

from localcloud.provider.resource import Resource, given, mapping
from localcloud.provider.resources.ec2_tags import retag, tag_specification
from localcloud.provider.session import Session, region_of
from localcloud.provider.values import Props


def _ec2(session: Session, props: Props) -> Any:
    return session.client("ec2", region_of(props))


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


ROWS = (
    _rule("aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule", "ingress"),
    _rule("aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule", "egress"),
)
