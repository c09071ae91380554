"""VPCs and subnets."""

from typing import Any

from localcloud.provider.resource import Resource, given, mapping
from localcloud.provider.resources.ec2_tags import retag, tag_specification
from localcloud.provider.session import Session, region_of
from localcloud.provider.values import Props


def _ec2(session: Session, props: Props) -> Any:
    return session.client("ec2", region_of(props))


def _vpc_attributes(ec2: Any, vpc: str, props: Props, names: frozenset[str]) -> None:
    # AWS takes one attribute a call.
    if "enableDnsSupport" in names:
        ec2.modify_vpc_attribute(VpcId=vpc, EnableDnsSupport={"Value": props.get("enableDnsSupport", True)})
    if "enableDnsHostnames" in names:
        ec2.modify_vpc_attribute(VpcId=vpc, EnableDnsHostnames={"Value": props.get("enableDnsHostnames", False)})


def _create_vpc(session: Session, props: Props) -> str:
    ec2 = _ec2(session, props)
    vpc = ec2.create_vpc(
        **given(
            props,
            CidrBlock="cidrBlock",
            InstanceTenancy="instanceTenancy",
            AmazonProvidedIpv6CidrBlock="assignGeneratedIpv6CidrBlock",
        ),
        **tag_specification("vpc", props),
    )["Vpc"]["VpcId"]
    _vpc_attributes(ec2, vpc, props, frozenset(props) & {"enableDnsSupport", "enableDnsHostnames"})
    return vpc


def _read_vpc(session: Session, vpc: str, state: Props) -> Props | None:
    ec2 = _ec2(session, state)
    found = ec2.describe_vpcs(VpcIds=[vpc])["Vpcs"][0]
    of_vpc = [{"Name": "vpc-id", "Values": [vpc]}]
    main = ec2.describe_route_tables(Filters=[*of_vpc, {"Name": "association.main", "Values": ["true"]}])["RouteTables"]
    group = ec2.describe_security_groups(Filters=[*of_vpc, {"Name": "group-name", "Values": ["default"]}])
    acl = ec2.describe_network_acls(Filters=[*of_vpc, {"Name": "default", "Values": ["true"]}])["NetworkAcls"]
    table = main[0]["RouteTableId"] if main else None

    def attribute(name: str, member: str) -> bool:
        return ec2.describe_vpc_attribute(VpcId=vpc, Attribute=name)[member]["Value"]

    return {
        "arn": session.arn("ec2", f"vpc/{vpc}", region_of(state)),
        "cidrBlock": found["CidrBlock"],
        "instanceTenancy": found["InstanceTenancy"],
        "enableDnsSupport": attribute("enableDnsSupport", "EnableDnsSupport"),
        "enableDnsHostnames": attribute("enableDnsHostnames", "EnableDnsHostnames"),
        "dhcpOptionsId": found.get("DhcpOptionsId"),
        "mainRouteTableId": table,
        "defaultRouteTableId": table,
        "defaultSecurityGroupId": group["SecurityGroups"][0]["GroupId"] if group["SecurityGroups"] else None,
        "defaultNetworkAclId": acl[0]["NetworkAclId"] if acl else None,
        "ownerId": found.get("OwnerId", session.account),
        "tagsAll": mapping(found.get("Tags")),
    }


def _update_vpc(session: Session, vpc: str, state: Props, props: Props, changed: frozenset[str]) -> None:
    ec2 = _ec2(session, state)
    _vpc_attributes(ec2, vpc, props, changed)
    retag(ec2, vpc, state, props, changed)


_SUBNET_SWITCHES = {
    "mapPublicIpOnLaunch": "MapPublicIpOnLaunch",
    "assignIpv6AddressOnCreation": "AssignIpv6AddressOnCreation",
}


def _create_subnet(session: Session, props: Props) -> str:
    ec2 = _ec2(session, props)
    subnet = ec2.create_subnet(
        **given(
            props,
            VpcId="vpcId",
            CidrBlock="cidrBlock",
            AvailabilityZone="availabilityZone",
            AvailabilityZoneId="availabilityZoneId",
            Ipv6CidrBlock="ipv6CidrBlock",
        ),
        **tag_specification("subnet", props),
    )["Subnet"]["SubnetId"]
    _switch_subnet(ec2, subnet, props, frozenset(name for name in _SUBNET_SWITCHES if props.get(name) is True))
    return subnet


def _switch_subnet(ec2: Any, subnet: str, props: Props, names: frozenset[str]) -> None:
    for name, member in _SUBNET_SWITCHES.items():
        if name in names:
            ec2.modify_subnet_attribute(SubnetId=subnet, **{member: {"Value": props.get(name, False)}})


def _read_subnet(session: Session, subnet: str, state: Props) -> Props | None:
    found = _ec2(session, state).describe_subnets(SubnetIds=[subnet])["Subnets"][0]
    return {
        "arn": found.get("SubnetArn") or session.arn("ec2", f"subnet/{subnet}", region_of(state)),
        "vpcId": found["VpcId"],
        "cidrBlock": found.get("CidrBlock"),
        "availabilityZone": found["AvailabilityZone"],
        "availabilityZoneId": found.get("AvailabilityZoneId"),
        "mapPublicIpOnLaunch": found.get("MapPublicIpOnLaunch", False),
        "assignIpv6AddressOnCreation": found.get("AssignIpv6AddressOnCreation", False),
        "ownerId": found.get("OwnerId", session.account),
        "tagsAll": mapping(found.get("Tags")),
    }


def _update_subnet(session: Session, subnet: str, state: Props, props: Props, changed: frozenset[str]) -> None:
    ec2 = _ec2(session, state)
    _switch_subnet(ec2, subnet, props, changed)
    retag(ec2, subnet, state, props, changed)


ROWS = (
    Resource(
        token="aws:ec2/vpc:Vpc",
        create=_create_vpc,
        read=_read_vpc,
        update=_update_vpc,
        delete=lambda session, vpc, state: _ec2(session, state).delete_vpc(VpcId=vpc),
        defaults={"enableDnsSupport": True, "instanceTenancy": "default"},
    ),
    Resource(
        token="aws:ec2/subnet:Subnet",
        create=_create_subnet,
        read=_read_subnet,
        update=_update_subnet,
        delete=lambda session, subnet, state: _ec2(session, state).delete_subnet(SubnetId=subnet),
        defaults={"mapPublicIpOnLaunch": False, "assignIpv6AddressOnCreation": False},
    ),
)
