"""The way from private subnets to AWS. Owns one VPC endpoint a service and the security-group rules to the gateways.

Which services: `infra.vpc_services`. Who may do what there is for the roles' documents to say.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from infra.vpc_services import VpcServices


@dataclass(frozen=True, kw_only=True)
class VpcEndpointsArgs:
    """What `VpcEndpoints` need."""

    region: str
    services: VpcServices
    vpc_id: pulumi.Input[str]
    subnet_ids: Sequence[pulumi.Input[str]]
    route_table_id: pulumi.Input[str]
    security_group_id: pulumi.Input[str]
    """Of the callers, and of the endpoints themselves."""


class VpcEndpoints(pulumi.ComponentResource):
    """Gateway and interface endpoints."""

    def __init__(self, name: str, args: VpcEndpointsArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("trainyard:infra:VpcEndpoints", name, None, opts)
        self._opts = pulumi.ResourceOptions(parent=self)
        for service in args.services.gateways:
            self._gateway(name, args, service)
        for service in args.services.interfaces:
            self._interface(name, args, service.replace(".", "-"), f"com.amazonaws.{args.region}.{service}")
        for purpose, service in args.services.named.items():
            self._interface(name, args, purpose, service)
        self.register_outputs({})

    def _gateway(self, name: str, args: VpcEndpointsArgs, service: str) -> None:
        endpoint = aws.ec2.VpcEndpoint(
            f"{name}-{service}",
            vpc_id=args.vpc_id,
            service_name=f"com.amazonaws.{args.region}.{service}",
            vpc_endpoint_type="Gateway",
            route_table_ids=[args.route_table_id],
            opts=self._opts,
        )
        aws.vpc.SecurityGroupEgressRule(
            f"{name}-to-{service}",
            security_group_id=args.security_group_id,
            description=f"To {service} of this region",
            prefix_list_id=endpoint.prefix_list_id,
            ip_protocol="tcp",
            from_port=443,
            to_port=443,
            opts=self._opts,
        )

    def _interface(self, name: str, args: VpcEndpointsArgs, role: str, service: str) -> None:
        aws.ec2.VpcEndpoint(
            f"{name}-{role}",
            vpc_id=args.vpc_id,
            service_name=service,
            vpc_endpoint_type="Interface",
            subnet_ids=args.subnet_ids,
            security_group_ids=[args.security_group_id],
            private_dns_enabled=True,
            opts=self._opts,
        )
