"""Where jobs and endpoints run. Owns the VPC with its private subnets, security group and VPC endpoints.

No NAT and no internet gateway: nothing in here can reach the internet or be reached from it. What the containers call
is reached through the endpoints.
"""

import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from infra import tags
from infra.vpc_endpoints import VpcEndpoints, VpcEndpointsArgs
from infra.vpc_services import VpcServices

SUBNET_BITS = 4
"""Sixteen equal subnets: more than zones, so that a zone can be added without moving the others."""


@dataclass(frozen=True, kw_only=True)
class NetworkArgs:
    """What a `Network` needs."""

    cidr: str
    """The VPC's range."""
    zones: Sequence[str]
    """Names of availability zones; a name stays with its range."""
    region: str
    services: VpcServices
    """What is called from in here."""

    def __post_init__(self) -> None:
        if not 1 <= len(self.zones) <= 2**SUBNET_BITS:
            raise ValueError(f"zones has {len(self.zones)} entries; 1 to {2**SUBNET_BITS} are allowed.")


class Network(pulumi.ComponentResource):
    """A VPC of private subnets."""

    vpc_id: pulumi.Output[str]
    subnet_ids: list[pulumi.Output[str]]
    security_group_id: pulumi.Output[str]
    route_table_id: pulumi.Output[str]

    def __init__(self, name: str, args: NetworkArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("trainyard:infra:Network", name, None, opts)
        self._opts = pulumi.ResourceOptions(parent=self)
        vpc = aws.ec2.Vpc(
            f"{name}-vpc",
            cidr_block=args.cidr,
            enable_dns_support=True,
            enable_dns_hostnames=True,  # interface endpoints answer under the services' own names
            opts=self._opts,
        )
        # Adopted without rules: whoever forgets to name a group gets one that lets nothing through.
        aws.ec2.DefaultSecurityGroup(f"{name}-default", vpc_id=vpc.id, opts=self._opts)
        routes = aws.ec2.RouteTable(f"{name}-routes", vpc_id=vpc.id, opts=self._opts)
        self.vpc_id = vpc.id
        self.route_table_id = routes.id
        self.subnet_ids = [self._subnet(name, vpc, routes, zone, cidr) for zone, cidr in subnets(args.cidr, args.zones)]
        self.security_group_id = self._security_group(name, vpc)
        VpcEndpoints(
            f"{name}-endpoints",
            VpcEndpointsArgs(
                region=args.region,
                services=args.services,
                vpc_id=vpc.id,
                subnet_ids=self.subnet_ids,
                route_table_id=routes.id,
                security_group_id=self.security_group_id,
            ),
            pulumi.ResourceOptions(parent=self),
        )
        self.register_outputs(
            {
                "vpc_id": self.vpc_id,
                "subnet_ids": self.subnet_ids,
                "security_group_id": self.security_group_id,
                "route_table_id": self.route_table_id,
            }
        )

    def _subnet(
        self, name: str, vpc: aws.ec2.Vpc, routes: aws.ec2.RouteTable, zone: str, cidr: str
    ) -> pulumi.Output[str]:
        role = f"{name}-private-{zone[-1]}"
        subnet = aws.ec2.Subnet(
            role,
            vpc_id=vpc.id,
            availability_zone=zone,
            cidr_block=cidr,
            map_public_ip_on_launch=False,
            tags=tags.role_tag("private-subnet"),
            opts=self._opts,
        )
        aws.ec2.RouteTableAssociation(f"{role}-routes", subnet_id=subnet.id, route_table_id=routes.id, opts=self._opts)
        return subnet.id

    def _security_group(self, name: str, vpc: aws.ec2.Vpc) -> pulumi.Output[str]:
        group = aws.ec2.SecurityGroup(
            f"{name}-workloads",
            vpc_id=vpc.id,
            description="Jobs, endpoints and the VPC endpoints they call",
            tags=tags.role_tag("workloads"),
            opts=self._opts,
        )
        # All ports: the instances of one training job talk to each other on ports that they choose.
        aws.vpc.SecurityGroupIngressRule(
            f"{name}-from-workloads",
            security_group_id=group.id,
            referenced_security_group_id=group.id,
            description="From the same group",
            ip_protocol="-1",
            opts=self._opts,
        )
        aws.vpc.SecurityGroupEgressRule(
            f"{name}-to-workloads",
            security_group_id=group.id,
            referenced_security_group_id=group.id,
            description="To the same group",
            ip_protocol="-1",
            opts=self._opts,
        )
        return group.id


def subnets(cidr: str, zones: Sequence[str]) -> list[tuple[str, str]]:
    """Return a range for each zone: the one of its letter, so that no other zone's moves when one is added."""
    ranges = list(ipaddress.IPv4Network(cidr).subnets(prefixlen_diff=SUBNET_BITS))
    return [(zone, str(ranges[ord(zone[-1]) - ord("a")])) for zone in zones]
