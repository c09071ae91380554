"""What an account has once.

Owns the account's block of public access, its volume encryption, its threat detector and the service-linked roles that
the platform's services need; each only where it is asked for.

All of it is protected: the account must not become less safe because the bootstrap project is taken down, and a
service-linked role in use cannot be deleted anyway.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

LINKED_SERVICES = ("sagemaker.application-autoscaling.amazonaws.com",)
"""Services that act through a role of their own; made here, so that no role of CI needs the right to make one."""


@dataclass(frozen=True, kw_only=True)
class AccountGuardsArgs:
    """What of the account's settings is declared."""

    account: str
    block_public_access: bool
    """For every bucket and access point of the account."""
    encrypt_volumes: bool
    """Every new EBS volume of the region."""
    guardduty: bool
    """Billed by what it reads."""
    linked_services: Sequence[str]
    """Those of `LINKED_SERVICES` that have no role in the account yet."""


class AccountGuards(pulumi.ComponentResource):
    """Settings of a whole account."""

    def __init__(self, name: str, args: AccountGuardsArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("trainyard:infra:AccountGuards", name, None, opts)
        self._opts = pulumi.ResourceOptions(parent=self, protect=True)
        if args.block_public_access:
            self._block(name, args.account)
        if args.encrypt_volumes:
            aws.ebs.EncryptionByDefault(f"{name}-volume-encryption", enabled=True, opts=self._opts)
        if args.guardduty:
            aws.guardduty.Detector(f"{name}-guardduty", enable=True, opts=self._opts)
        for service in args.linked_services:
            aws.iam.ServiceLinkedRole(
                f"{name}-{service.removesuffix('.amazonaws.com').replace('.', '-')}",
                aws_service_name=service,
                opts=self._opts,
            )
        self.register_outputs({})

    def _block(self, name: str, account: str) -> None:
        aws.s3.AccountPublicAccessBlock(
            f"{name}-public-access",
            account_id=account,
            block_public_acls=True,
            block_public_policy=True,
            ignore_public_acls=True,
            restrict_public_buckets=True,
            opts=self._opts,
        )
