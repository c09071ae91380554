"""Where Pulumi keeps its state. Owns the state bucket, the bucket of its access logs, the key and the key's alias.

Every update of a stack is a version of its file, so an earlier state can be brought back. Two updates of one stack at
once are kept apart by Pulumi's own lock files under `.pulumi/locks`, which work in any bucket: nothing is to be
declared for them. S3's object lock is left out on purpose: its retention would hold those lock files and every
checkpoint of a long update as well; that no role of CI may delete a version (`infra.ci.protection`) guards the same.

All of it is protected, and retained if the protection is taken off: without the state nobody can change or delete an
environment in an orderly way, and without the key nobody can read the state.
"""

import json
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from infra.bucket import SafeBucket, SafeBucketArgs
from infra.iam_statements import Document, document


@dataclass(frozen=True, kw_only=True)
class StateStoreArgs:
    """What a `StateStore` needs; spans in days."""

    account: str
    bucket: str
    """Name of the state bucket."""
    key_alias: str
    noncurrent_version_days: int
    access_log_days: int
    key_deletion_days: int
    existing_bucket: bool = False
    """The bucket is there already, with settings of its own: it is used and nothing of it is declared."""
    existing_key_arn: str | None = None
    """A key that is there already; None makes one."""


class StateStore(pulumi.ComponentResource):
    """A versioned bucket and a key with an alias that stack files can name."""

    bucket: pulumi.Output[str]
    bucket_arn: str
    key_arn: pulumi.Output[str]

    def __init__(self, name: str, args: StateStoreArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("trainyard:infra:StateStore", name, None, opts)
        # Children of children inherit both: a bucket whose policy or versioning goes is no longer safe.
        self._opts = pulumi.ResourceOptions(parent=self, protect=True, retain_on_delete=True)
        self.key_arn = self._key(name, args)
        aws.kms.Alias(f"{name}-alias", name=args.key_alias, target_key_id=self.key_arn, opts=self._opts)
        self.bucket_arn = f"arn:aws:s3:::{args.bucket}"
        self.bucket = pulumi.Output.from_input(args.bucket) if args.existing_bucket else self._bucket(name, args)
        self.register_outputs({"bucket": self.bucket, "key_arn": self.key_arn})

    def _key(self, name: str, args: StateStoreArgs) -> pulumi.Output[str]:
        if args.existing_key_arn is not None:
            return pulumi.Output.from_input(args.existing_key_arn)
        return aws.kms.Key(
            f"{name}-key",
            description="Pulumi state of trainyard, and the secrets in it",
            enable_key_rotation=True,
            deletion_window_in_days=args.key_deletion_days,
            policy=json.dumps(state_key_policy(args.account)),
            opts=self._opts,
        ).arn

    def _bucket(self, name: str, args: StateStoreArgs) -> pulumi.Output[str]:
        logs = SafeBucket(
            f"{name}-logs",
            SafeBucketArgs(
                account=args.account,
                role="state-logs",
                key_arn=None,
                log_bucket=None,
                noncurrent_version_days=args.access_log_days,
                expiration_days=args.access_log_days,
            ),
            self._opts,
        )
        return SafeBucket(
            f"{name}-objects",
            SafeBucketArgs(
                account=args.account,
                role="state",
                bucket=args.bucket,
                key_arn=self.key_arn,
                log_bucket=logs.bucket,
                noncurrent_version_days=args.noncurrent_version_days,
            ),
            self._opts,
        ).bucket


def state_key_policy(account: str) -> Document:
    """Return the key's policy: the account's IAM decides; no AWS service uses the key on its own behalf."""
    return document(
        {
            # kms:* for the account itself is AWS's own default: without it nobody could ever manage the key again.
            "Sid": "AccountDecidesThroughIam",
            "Effect": "Allow",
            "Principal": {"AWS": f"arn:aws:iam::{account}:root"},
            "Action": "kms:*",
            "Resource": "*",
        }
    )
