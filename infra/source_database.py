"""The way to a database of orders. Owns the rule that lets jobs reach it and, where asked for, a PostgreSQL of RDS.

A retailer's own database is reached by one rule of the workloads' group, to one range and port, and by a route over a
peering connection that people made and accepted. Only `infra.source_secret` knows what opens it.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from infra import tags

ENGINE_VERSION = "17"
"""PostgreSQL's; RDS applies the minor ones."""


@dataclass(frozen=True, kw_only=True)
class ManagedDatabase:
    """A PostgreSQL of RDS."""

    instance_class: str
    storage_gib: int
    backup_days: int
    key_arn: pulumi.Input[str]
    """Encrypts its disk, its backups and the secret of its master role."""
    subnet_ids: Sequence[pulumi.Input[str]]
    """In two zones at least: RDS refuses fewer."""
    protect: bool
    """Whether AWS and Pulumi refuse to delete it; without, no last backup is made either."""


@dataclass(frozen=True, kw_only=True)
class SourceDatabaseArgs:
    """What a `SourceDatabase` needs."""

    vpc_id: pulumi.Input[str]
    route_table_id: pulumi.Input[str]
    workloads_group_id: pulumi.Input[str]
    port: int
    cidr: str = ""
    """Range of a database elsewhere; empty for a managed one."""
    peering_connection: str = ""
    managed: ManagedDatabase | None = None

    def __post_init__(self) -> None:
        if bool(self.cidr) == (self.managed is not None):
            raise ValueError("A source database has a cidr or is managed: give one of the two.")
        if self.peering_connection and not self.cidr:
            raise ValueError("peering_connection leads to cidr, which is empty.")


class SourceDatabase(pulumi.ComponentResource):
    """The database that a service's orders come from, as far as this environment has to do with it."""

    def __init__(self, name: str, args: SourceDatabaseArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("trainyard:infra:SourceDatabase", name, None, opts)
        self._opts = pulumi.ResourceOptions(parent=self)
        if args.managed is None:
            self._way(name, args)
        else:
            group = self._group(name, args)
            self._instance(name, args.port, args.managed, group)
        self.register_outputs({})

    def _way(self, name: str, args: SourceDatabaseArgs) -> None:
        self._leave(f"{name}-to-database", args, cidr=args.cidr)
        if args.peering_connection:
            aws.ec2.Route(
                f"{name}-route",
                route_table_id=args.route_table_id,
                destination_cidr_block=args.cidr,
                vpc_peering_connection_id=args.peering_connection,
                opts=self._opts,
            )

    def _leave(
        self, name: str, args: SourceDatabaseArgs, *, cidr: str | None = None, group: pulumi.Input[str] | None = None
    ) -> None:
        """Let jobs reach one range or one group at the database's port."""
        aws.vpc.SecurityGroupEgressRule(
            name,
            security_group_id=args.workloads_group_id,
            cidr_ipv4=cidr,
            referenced_security_group_id=group,
            description="To the database of orders",
            ip_protocol="tcp",
            from_port=args.port,
            to_port=args.port,
            opts=self._opts,
        )

    def _group(self, name: str, args: SourceDatabaseArgs) -> pulumi.Output[str]:
        group = aws.ec2.SecurityGroup(
            f"{name}-database",
            vpc_id=args.vpc_id,
            description="The database of orders",
            tags=tags.role_tag("source-database"),
            opts=self._opts,
        )
        aws.vpc.SecurityGroupIngressRule(
            f"{name}-from-workloads",
            security_group_id=group.id,
            referenced_security_group_id=args.workloads_group_id,
            description="From jobs",
            ip_protocol="tcp",
            from_port=args.port,
            to_port=args.port,
            opts=self._opts,
        )
        # A name of its own: EC2 turns no rule for a range into one for a group (ModifySecurityGroupRules,
        # "you cannot change the rule type").
        self._leave(f"{name}-to-managed-database", args, group=group.id)
        return group.id

    def _instance(self, name: str, port: int, asked: ManagedDatabase, group: pulumi.Output[str]) -> None:
        subnets = aws.rds.SubnetGroup(f"{name}-subnets", subnet_ids=asked.subnet_ids, opts=self._opts)
        parameters = aws.rds.ParameterGroup(
            f"{name}-parameters",
            family=f"postgres{ENGINE_VERSION}",
            parameters=[aws.rds.ParameterGroupParameterArgs(name="rds.force_ssl", value="1")],
            opts=self._opts,
        )
        aws.rds.Instance(
            f"{name}-instance",
            engine="postgres",
            engine_version=ENGINE_VERSION,
            instance_class=asked.instance_class,
            allocated_storage=asked.storage_gib,
            storage_type="gp3",
            storage_encrypted=True,
            kms_key_id=asked.key_arn,
            db_name="shop",
            port=port,
            username="shop",
            manage_master_user_password=True,  # RDS makes and rotates it; it is in no state
            master_user_secret_kms_key_id=asked.key_arn,
            db_subnet_group_name=subnets.name,
            parameter_group_name=parameters.name,
            vpc_security_group_ids=[group],
            publicly_accessible=False,
            backup_retention_period=asked.backup_days,
            copy_tags_to_snapshot=True,
            auto_minor_version_upgrade=True,
            apply_immediately=True,
            deletion_protection=asked.protect,
            skip_final_snapshot=not asked.protect,
            final_snapshot_identifier=f"{name}-last" if asked.protect else None,
            tags=tags.role_tag("source-database"),
            opts=pulumi.ResourceOptions(parent=self, protect=asked.protect),
        )
