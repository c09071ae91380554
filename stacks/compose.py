"""How an environment is made of components: read from top to bottom, it is the architecture."""

import pulumi
import pulumi_aws as aws

from infra.buckets import DataBuckets, DataBucketsArgs
from infra.keys import EncryptionKey, EncryptionKeyArgs
from infra.parameters import Parameters, ParametersArgs
from stacks.outputs import platform_parameter
from stacks.settings import Settings


def compose(settings: Settings, environment: str, provider: aws.Provider) -> pulumi.Output[str]:
    """Declare the environment and return its `PlatformOutputs` as JSON."""
    opts = pulumi.ResourceOptions(provider=provider)
    key = EncryptionKey(
        "encryption",
        EncryptionKeyArgs(
            environment=environment,
            account=settings.account,
            region=settings.region,
            deletion_window_days=settings.retention.key_deletion_days,
            protect=settings.deletion_protection,
        ),
        opts,
    )
    buckets = DataBuckets(
        "data",
        DataBucketsArgs(
            account=settings.account,
            key_arn=key.arn,
            noncurrent_version_days=settings.retention.noncurrent_version_days,
            capture_days=settings.retention.capture_days,
            access_log_days=settings.retention.access_log_days,
            protect=settings.deletion_protection,
        ),
        opts,
    )
    platform = pulumi.Output.json_dumps({role: bucket.bucket for role, bucket in buckets.by_role().items()})
    Parameters("outputs", ParametersArgs(documents={"platform": (platform_parameter(environment), platform)}), opts)
    return platform
