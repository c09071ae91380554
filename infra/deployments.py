"""What was live, when, and who approved it. Owns the table of deployment records.

Releases write under the service's name, approvals under `approval#<service>`: IAM tells partitions apart, so neither's
role can write the other's items.
"""

from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from infra import naming


@dataclass(frozen=True, kw_only=True)
class DeploymentsArgs:
    """What `Deployments` need."""

    environment: str
    key_arn: pulumi.Input[str]
    protect: bool
    """Refuse deletion, by Pulumi and by AWS."""


class Deployments(pulumi.ComponentResource):
    """A table keyed by service and release, paid by request, with point-in-time recovery."""

    table_name: pulumi.Output[str]
    table_arn: pulumi.Output[str]

    def __init__(self, name: str, args: DeploymentsArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("trainyard:infra:Deployments", name, None, opts)
        table = aws.dynamodb.Table(
            f"{name}-table",
            name=naming.deployments_table(args.environment),
            billing_mode="PAY_PER_REQUEST",
            hash_key="service",
            range_key="release_id",
            attributes=[
                aws.dynamodb.TableAttributeArgs(name="service", type="S"),
                aws.dynamodb.TableAttributeArgs(name="release_id", type="S"),
            ],
            point_in_time_recovery=aws.dynamodb.TablePointInTimeRecoveryArgs(enabled=True),
            server_side_encryption=aws.dynamodb.TableServerSideEncryptionArgs(enabled=True, kms_key_arn=args.key_arn),
            deletion_protection_enabled=args.protect,
            opts=pulumi.ResourceOptions(parent=self, protect=args.protect),
        )
        self.table_name = table.name
        self.table_arn = table.arn
        self.register_outputs({"table_name": self.table_name, "table_arn": self.table_arn})
