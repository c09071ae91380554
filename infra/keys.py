"""The environment's encryption key. Owns the KMS key and its alias.

One key an environment: data, images, topics, logs and volumes of one environment have the same readers, its roles;
what separates them is their IAM documents, not several keys.
"""

import json
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from infra import naming, resource_policies


@dataclass(frozen=True, kw_only=True)
class EncryptionKeyArgs:
    """What an `EncryptionKey` needs."""

    environment: str
    account: str
    region: str
    deletion_window_days: int
    """7 to 30; how long a deleted key can still be brought back."""
    protect: bool
    """Whether Pulumi refuses to delete it: without the key all data is lost."""


class EncryptionKey(pulumi.ComponentResource):
    """A customer-managed key with yearly rotation."""

    arn: pulumi.Output[str]

    def __init__(self, name: str, args: EncryptionKeyArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("trainyard:infra:EncryptionKey", name, None, opts)
        key = aws.kms.Key(
            f"{name}-key",
            description=f"Data, images, topics and logs of trainyard {args.environment}",
            enable_key_rotation=True,
            deletion_window_in_days=args.deletion_window_days,
            policy=json.dumps(resource_policies.key_policy(args.account, args.region)),
            opts=pulumi.ResourceOptions(parent=self, protect=args.protect),
        )
        aws.kms.Alias(
            f"{name}-alias",
            name=naming.key_alias(args.environment),
            target_key_id=key.key_id,
            opts=pulumi.ResourceOptions(parent=self),
        )
        self.arn = key.arn
        self.register_outputs({"arn": self.arn})
