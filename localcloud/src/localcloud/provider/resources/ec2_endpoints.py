"""VPC endpoints, gateway and interface."""

import json
from typing import Any

from localcloud.provider.resource import Resource, given, mapping
from localcloud.provider.resources.ec2_tags import retag, tag_specification
from localcloud.provider.session import Session, region_of
from localcloud.provider.values import Props

_ENDPOINT_SECONDS = 600


def _ec2(session: Session, props: Props) -> Any:
    return session.client("ec2", region_of(props))


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
        token="aws:ec2/vpcEndpoint:VpcEndpoint",
        create=_create_endpoint,
        read=_read_endpoint,
        update=_update_endpoint,
        delete=lambda session, endpoint, state: _ec2(session, state).delete_vpc_endpoints(VpcEndpointIds=[endpoint]),
        documents=frozenset({"policy"}),
        defaults={"vpcEndpointType": "Gateway"},
    ),
)
