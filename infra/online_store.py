"""Customers' newest features, for requests that ask for fresh ones. Owns a table for each schema of the features.

Jobs of the service's runs fill it, its containers read it; rows that no run writes any more stay. A table a schema: a
model reads only features that mean what it learned, also while a model of the next schema takes its place.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from infra import naming


@dataclass(frozen=True, kw_only=True)
class OnlineStoreArgs:
    """What an `OnlineStore` needs."""

    project: str
    """First part of the tables' names (`infra.naming.online_store`)."""
    feature_schemas: Sequence[int]
    key_arn: pulumi.Input[str]
    """Of the environment's key."""
    protect: bool
    """Refuse deletion, by Pulumi and by AWS."""

    def __post_init__(self) -> None:
        if not self.feature_schemas:
            raise ValueError("feature_schemas is empty; an online store without a table holds nothing.")


class OnlineStore(pulumi.ComponentResource):
    """Tables as Feast lays them out, keyed by entity, paid by request, with point-in-time recovery."""

    table_arns: list[pulumi.Output[str]]

    def __init__(self, name: str, args: OnlineStoreArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("trainyard:infra:OnlineStore", name, None, opts)
        self._opts = pulumi.ResourceOptions(parent=self, protect=args.protect)
        self.table_arns = [self._table(name, args, schema).arn for schema in args.feature_schemas]
        self.register_outputs({"table_arns": self.table_arns})

    def _table(self, name: str, args: OnlineStoreArgs, schema: int) -> aws.dynamodb.Table:
        return aws.dynamodb.Table(
            f"{name}-v{schema}",
            name=naming.online_table(args.project, schema),
            billing_mode="PAY_PER_REQUEST",
            hash_key="entity_id",
            attributes=[aws.dynamodb.TableAttributeArgs(name="entity_id", type="S")],
            point_in_time_recovery=aws.dynamodb.TablePointInTimeRecoveryArgs(enabled=True),
            server_side_encryption=aws.dynamodb.TableServerSideEncryptionArgs(enabled=True, kms_key_arn=args.key_arn),
            deletion_protection_enabled=args.protect,
            opts=self._opts,
        )
