"""What opens a retailer's database. Owns one secret and its policy; its value is an operator's, and in no state.

Apart from the database and the way to it, because the training role's document names its ARN before there is a network.
"""

import json
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from infra import resource_policies


@dataclass(frozen=True, kw_only=True)
class SourceSecretArgs:
    """What a `SourceSecret` needs."""

    name: str
    """As operators type it (`infra.naming.source_secret`)."""
    account: str
    key_arn: pulumi.Input[str]
    """Of the environment's key."""
    recovery_days: int
    """7 to 30; how long a deleted secret can still be brought back."""
    protect: bool


class SourceSecret(pulumi.ComponentResource):
    """A secret without a value."""

    arn: pulumi.Output[str]

    def __init__(self, name: str, args: SourceSecretArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("trainyard:infra:SourceSecret", name, None, opts)
        secret = aws.secretsmanager.Secret(
            f"{name}-secret",
            name=args.name,
            description="Address, read-only role, password and certificate authority of the database of orders",
            kms_key_id=args.key_arn,
            recovery_window_in_days=args.recovery_days,
            opts=pulumi.ResourceOptions(parent=self, protect=args.protect),
        )
        aws.secretsmanager.SecretPolicy(
            f"{name}-policy",
            secret_arn=secret.arn,
            policy=json.dumps(resource_policies.secret_policy(args.account)),
            block_public_policy=True,
            opts=pulumi.ResourceOptions(parent=self),
        )
        self.arn = secret.arn
        self.register_outputs({"arn": self.arn})
