"""VPCs, subnets and route tables."""

from typing import Any

from localcloud.provider.resource import Resource, given, mapping, pairs
from localcloud.provider.session import Session, region_of
from localcloud.provider.values import Props


def tag_specification(kind: str, props: Props) -> dict[str, Any]:
    """Return the parameter that tags a thing of EC2 as it is made."""
    if not props.get("tagsAll"):
        return {}
    return {"TagSpecifications": [{"ResourceType": kind, "Tags": pairs(props["tagsAll"])}]}


def retag(client: Any, resource_id: str, state: Props, props: Props, changed: frozenset[str]) -> None:
    """Make the tags of a thing of EC2 those wanted."""
    if not changed & {"tags", "tagsAll"}:
        return
    gone = sorted((state.get("tagsAll") or {}).keys() - props["tagsAll"].keys())
    if gone:
        client.delete_tags(Resources=[resource_id], Tags=[{"Key": key} for key in gone])
    if props["tagsAll"]:
        client.create_tags(Resources=[resource_id], Tags=pairs(props["tagsAll"]))


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


_ROUTE = {
    "cidrBlock": "DestinationCidrBlock",
    "ipv6CidrBlock": "DestinationIpv6CidrBlock",
    "destinationPrefixListId": "DestinationPrefixListId",
    "gatewayId": "GatewayId",
    "natGatewayId": "NatGatewayId",
    "vpcEndpointId": "VpcEndpointId",
    "networkInterfaceId": "NetworkInterfaceId",
    "transitGatewayId": "TransitGatewayId",
    "vpcPeeringConnectionId": "VpcPeeringConnectionId",
    "egressOnlyGatewayId": "EgressOnlyInternetGatewayId",
}
_DESTINATIONS = ("DestinationCidrBlock", "DestinationIpv6CidrBlock", "DestinationPrefixListId")


def _create_routes(ec2: Any, table: str, routes: list[Props]) -> None:
    for route in routes:
        ec2.create_route(RouteTableId=table, **{api: route[name] for name, api in _ROUTE.items() if route.get(name)})


def _create_table(session: Session, props: Props) -> str:
    ec2 = _ec2(session, props)
    table = ec2.create_route_table(VpcId=props["vpcId"], **tag_specification("route-table", props))
    table_id = table["RouteTable"]["RouteTableId"]
    _create_routes(ec2, table_id, props.get("routes") or [])
    return table_id


def _read_table(session: Session, table: str, state: Props) -> Props | None:
    found = _ec2(session, state).describe_route_tables(RouteTableIds=[table])["RouteTables"][0]
    # Gateway endpoints put routes into the table that are not the table's own.
    own = [
        route
        for route in found["Routes"]
        if route.get("GatewayId") != "local" and not str(route.get("GatewayId", "")).startswith("vpce-")
    ]
    routes = [{name: route[api] for name, api in _ROUTE.items() if route.get(api)} for route in own]
    return {
        "arn": session.arn("ec2", f"route-table/{table}", region_of(state)),
        "vpcId": found["VpcId"],
        "ownerId": found.get("OwnerId", session.account),
        **({"routes": routes} if "routes" in state or not state else {}),
        "tagsAll": mapping(found.get("Tags")),
    }


def _update_table(session: Session, table: str, state: Props, props: Props, changed: frozenset[str]) -> None:
    ec2 = _ec2(session, state)
    if "routes" in changed:
        for route in state.get("routes") or []:
            where = {api: route[name] for name, api in _ROUTE.items() if route.get(name) and api in _DESTINATIONS}
            ec2.delete_route(RouteTableId=table, **where)
        _create_routes(ec2, table, props.get("routes") or [])
    retag(ec2, table, state, props, changed)


def _associate(session: Session, props: Props) -> str:
    where = given(props, SubnetId="subnetId", GatewayId="gatewayId")
    answer = _ec2(session, props).associate_route_table(RouteTableId=props["routeTableId"], **where)
    return answer["AssociationId"]


def _read_association(session: Session, association: str, state: Props) -> Props | None:
    tables = _ec2(session, state).describe_route_tables(
        Filters=[{"Name": "association.route-table-association-id", "Values": [association]}]
    )["RouteTables"]
    for table in tables:
        for found in table["Associations"]:
            if found["RouteTableAssociationId"] == association:
                return {"routeTableId": table["RouteTableId"], "subnetId": found.get("SubnetId")}
    return None


def _reassociate(session: Session, association: str, state: Props, props: Props, changed: frozenset[str]) -> None:
    _ec2(session, state).replace_route_table_association(AssociationId=association, RouteTableId=props["routeTableId"])


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
    Resource(
        token="aws:ec2/routeTable:RouteTable",
        create=_create_table,
        read=_read_table,
        update=_update_table,
        delete=lambda session, table, state: _ec2(session, state).delete_route_table(RouteTableId=table),
    ),
    Resource(
        token="aws:ec2/routeTableAssociation:RouteTableAssociation",
        create=_associate,
        read=_read_association,
        update=_reassociate,
        delete=lambda session, association, state: _ec2(session, state).disassociate_route_table(
            AssociationId=association
        ),
        # A subnet has one table at a time.
        delete_first=True,
    ),
)
