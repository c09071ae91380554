"""Route tables and which subnet uses which."""

from typing import Any

from localcloud.provider.resource import Resource, given, mapping
from localcloud.provider.resources.ec2_tags import retag, tag_specification
from localcloud.provider.session import Session, region_of
from localcloud.provider.values import Props


def _ec2(session: Session, props: Props) -> Any:
    return session.client("ec2", region_of(props))


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
