"""One bucket as all of them are. Owns the bucket, the seven settings that make it safe, and its news.

Encrypted, versioned, TLS only, no public access, no object ACLs, old versions expire, accesses are logged.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from infra import resource_policies, tags


@dataclass(frozen=True, kw_only=True)
class SafeBucketArgs:
    """What a `SafeBucket` needs."""

    account: str
    role: str
    """What the bucket holds; its role tag."""
    key_arn: pulumi.Input[str] | None
    """The KMS key; None encrypts with S3's own key, which only the target of access logs must do."""
    log_bucket: pulumi.Input[str] | None
    """Where accesses are logged; None only for the bucket that receives them."""
    noncurrent_version_days: int
    """How long an overwritten or deleted object can be brought back."""
    expiration_days: int | None = None
    """When objects go by themselves; None keeps them."""
    protect: bool = True
    """Refuse deletion; without it the bucket goes with all that is in it."""
    tells_of_objects: bool = False
    """Whether EventBridge hears of objects that come and go; it asks a price for each event."""
    bucket: str | None = None
    """The physical name, only where somebody outside types it; None lets Pulumi make one."""

    def __post_init__(self) -> None:
        if (self.key_arn is None) != (self.log_bucket is None):
            raise ValueError("key_arn and log_bucket go together: both are None for the bucket of access logs only.")


class SafeBucket(pulumi.ComponentResource):
    """An encrypted, versioned, private bucket."""

    bucket: pulumi.Output[str]
    """The name, known once the policy is in place: access logs are refused before, and nothing should be stored."""
    arn: pulumi.Output[str]

    def __init__(self, name: str, args: SafeBucketArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("trainyard:infra:SafeBucket", name, None, opts)
        bucket = aws.s3.Bucket(
            f"{name}-bucket",
            bucket=args.bucket,
            force_destroy=not args.protect,
            tags=tags.role_tag(args.role),
            opts=pulumi.ResourceOptions(parent=self, protect=args.protect),
        )
        self._opts = pulumi.ResourceOptions(parent=self)
        versioning = self._keep_versions(name, bucket)
        self._encrypt(name, bucket, args.key_arn)
        policy = self._close(name, bucket, args)
        self._expire(name, bucket, args, versioning)
        if args.log_bucket is not None:
            aws.s3.BucketLogging(
                f"{name}-logging",
                bucket=bucket.bucket,
                target_bucket=args.log_bucket,
                target_prefix=f"access/{args.role}/",
                opts=self._opts,
            )
        if args.tells_of_objects:
            aws.s3.BucketNotification(f"{name}-events", bucket=policy.bucket, eventbridge=True, opts=self._opts)
        self.bucket = policy.bucket
        self.arn = bucket.arn
        self.register_outputs({"bucket": self.bucket, "arn": self.arn})

    def _keep_versions(self, name: str, bucket: aws.s3.Bucket) -> aws.s3.BucketVersioning:
        return aws.s3.BucketVersioning(
            f"{name}-versioning",
            bucket=bucket.bucket,
            versioning_configuration=aws.s3.BucketVersioningVersioningConfigurationArgs(status="Enabled"),
            opts=self._opts,
        )

    def _encrypt(self, name: str, bucket: aws.s3.Bucket, key_arn: pulumi.Input[str] | None) -> None:
        default = aws.s3.BucketServerSideEncryptionConfigurationRuleApplyServerSideEncryptionByDefaultArgs(
            sse_algorithm="AES256" if key_arn is None else "aws:kms", kms_master_key_id=key_arn
        )
        rule = aws.s3.BucketServerSideEncryptionConfigurationRuleArgs(
            apply_server_side_encryption_by_default=default,
            bucket_key_enabled=None if key_arn is None else True,
        )
        aws.s3.BucketServerSideEncryptionConfiguration(
            f"{name}-encryption", bucket=bucket.bucket, rules=[rule], opts=self._opts
        )

    def _close(self, name: str, bucket: aws.s3.Bucket, args: SafeBucketArgs) -> aws.s3.BucketPolicy:
        blocked = aws.s3.BucketPublicAccessBlock(
            f"{name}-public-access",
            bucket=bucket.bucket,
            block_public_acls=True,
            block_public_policy=True,
            ignore_public_acls=True,
            restrict_public_buckets=True,
            opts=self._opts,
        )
        aws.s3.BucketOwnershipControls(
            f"{name}-ownership",
            bucket=bucket.bucket,
            rule=aws.s3.BucketOwnershipControlsRuleArgs(object_ownership="BucketOwnerEnforced"),
            opts=self._opts,
        )
        policy = resource_policies.access_log_policy if args.log_bucket is None else resource_policies.bucket_policy
        return aws.s3.BucketPolicy(
            f"{name}-policy",
            bucket=bucket.bucket,
            policy=bucket.arn.apply(_rendered(policy, args.account)),
            # S3 refuses two changes of one bucket's access at the same moment.
            opts=pulumi.ResourceOptions(parent=self, depends_on=[blocked]),
        )

    def _expire(
        self, name: str, bucket: aws.s3.Bucket, args: SafeBucketArgs, versioning: aws.s3.BucketVersioning
    ) -> None:
        aws.s3.BucketLifecycleConfiguration(
            f"{name}-lifecycle",
            bucket=bucket.bucket,
            rules=[_lifecycle_rule(args)],
            # Rules on old versions are only legal on a versioned bucket.
            opts=pulumi.ResourceOptions(parent=self, depends_on=[versioning]),
        )


def _lifecycle_rule(args: SafeBucketArgs) -> aws.s3.BucketLifecycleConfigurationRuleArgs:
    expiration = (
        aws.s3.BucketLifecycleConfigurationRuleExpirationArgs(days=args.expiration_days)
        if args.expiration_days is not None
        else aws.s3.BucketLifecycleConfigurationRuleExpirationArgs(expired_object_delete_marker=True)
    )
    return aws.s3.BucketLifecycleConfigurationRuleArgs(
        id="expire",
        status="Enabled",
        filter=aws.s3.BucketLifecycleConfigurationRuleFilterArgs(prefix=""),
        expiration=expiration,
        noncurrent_version_expiration=aws.s3.BucketLifecycleConfigurationRuleNoncurrentVersionExpirationArgs(
            noncurrent_days=args.noncurrent_version_days
        ),
        abort_incomplete_multipart_upload=aws.s3.BucketLifecycleConfigurationRuleAbortIncompleteMultipartUploadArgs(
            days_after_initiation=7
        ),
    )


def _rendered(policy: Callable[[str, str], resource_policies.Document], account: str) -> Callable[[str], str]:
    return lambda arn: json.dumps(policy(arn, account))
