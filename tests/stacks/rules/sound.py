"""Small programs that hold all rules; each takes the one thing that a breaking program changes."""

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pulumi
import pulumi_aws as aws

from infra import resource_policies
from infra.tags import default_tags
from stacks.rules import Context

ACCOUNT, OTHER, REGION = "111111111111", "222222222222", "eu-west-1"
CONTEXT = Context(
    environment="dev",
    account=ACCOUNT,
    region=REGION,
    deletion_protection=True,
    approved_instance_types=["ml.m5.large", "ml.m5.xlarge"],
)
KEY = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/k"
TOPIC = f"arn:aws:sns:{REGION}:{ACCOUNT}:told"
BLOCKED = {
    "block_public_acls": True,
    "block_public_policy": True,
    "ignore_public_acls": True,
    "restrict_public_buckets": True,
}
Program = Callable[[pulumi.ResourceOptions], object]
Statement = Mapping[str, Any]


def with_provider(program: Program) -> Callable[[], object]:
    """Return `program` with the provider of an environment."""

    def run() -> object:
        provider = aws.Provider(
            "aws",
            region=REGION,
            allowed_account_ids=[ACCOUNT],
            default_tags=aws.ProviderDefaultTagsArgs(tags=default_tags("dev")),
        )
        return program(pulumi.ResourceOptions(provider=provider))

    return run


def document(*statements: Statement) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": statements})


def guarded(opts: pulumi.ResourceOptions, *, protect: bool = True) -> pulumi.ResourceOptions:
    return pulumi.ResourceOptions(provider=opts.provider, protect=protect)


def bucket(
    opts: pulumi.ResourceOptions,
    *,
    block: Mapping[str, bool] | None = BLOCKED,
    sse: tuple[str, str | None] | None = ("aws:kms", KEY),
    statements: Callable[[str], Sequence[Statement]] | None = lambda arn: resource_policies.bucket_policy(arn, ACCOUNT)[
        "Statement"
    ],
    protect: bool = True,
    **changed: Any,
) -> aws.s3.Bucket:
    made = aws.s3.Bucket("data", opts=guarded(opts, protect=protect), **changed)
    if block is not None:
        aws.s3.BucketPublicAccessBlock("data-block", bucket=made.bucket, **block, opts=opts)
    if sse is not None:
        default = aws.s3.BucketServerSideEncryptionConfigurationRuleApplyServerSideEncryptionByDefaultArgs(
            sse_algorithm=sse[0], kms_master_key_id=sse[1]
        )
        rule = aws.s3.BucketServerSideEncryptionConfigurationRuleArgs(apply_server_side_encryption_by_default=default)
        aws.s3.BucketServerSideEncryptionConfiguration("data-encryption", bucket=made.bucket, rules=[rule], opts=opts)
    if statements is not None:
        policy = made.arn.apply(lambda arn: document(*statements(arn)))
        aws.s3.BucketPolicy("data-policy", bucket=made.bucket, policy=policy, opts=opts)
    return made


def log_bucket(opts: pulumi.ResourceOptions, *, sse: tuple[str, str | None] = ("AES256", None)) -> None:
    made = bucket(opts, sse=sse)
    aws.s3.BucketLogging("logging", bucket="some", target_bucket=made.bucket, target_prefix="access/", opts=opts)


def table(opts: pulumi.ResourceOptions, *, protect: bool = True, **changed: Any) -> None:
    sound = {
        "hash_key": "id",
        "attributes": [aws.dynamodb.TableAttributeArgs(name="id", type="S")],
        "server_side_encryption": aws.dynamodb.TableServerSideEncryptionArgs(enabled=True, kms_key_arn=KEY),
        "deletion_protection_enabled": True,
    }
    aws.dynamodb.Table("records", opts=guarded(opts, protect=protect), **sound | changed)


def repository(opts: pulumi.ResourceOptions, *, protect: bool = True, **changed: Any) -> None:
    encryption = aws.ecr.RepositoryEncryptionConfigurationArgs(encryption_type="KMS", kms_key=KEY)
    sound = {"name": "images", "encryption_configurations": [encryption]}
    aws.ecr.Repository("images", opts=guarded(opts, protect=protect), **sound | changed)


def topic(
    opts: pulumi.ResourceOptions,
    *,
    statements: Callable[[str], Sequence[Statement]] | None = lambda arn: resource_policies.topic_policy(arn, ACCOUNT)[
        "Statement"
    ],
    **changed: Any,
) -> None:
    made = aws.sns.Topic("told", opts=opts, **{"kms_master_key_id": KEY} | changed)
    if statements is not None:
        policy = made.arn.apply(lambda arn: document(*statements(arn)))
        aws.sns.TopicPolicy("told-policy", arn=made.arn, policy=policy, opts=opts)


def queue(opts: pulumi.ResourceOptions, **changed: Any) -> None:
    deny = {
        "Effect": "Deny",
        "Principal": "*",
        "Action": "sqs:*",
        "Resource": f"arn:aws:sqs:{REGION}:{ACCOUNT}:waiting",
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }
    sound = {"name": "waiting", "kms_master_key_id": KEY, "policy": document(deny)}
    aws.sqs.Queue("waiting", opts=opts, **sound | changed)


def role(opts: pulumi.ResourceOptions, *, trust: Statement | None = None, **changed: Any) -> aws.iam.Role:
    sound = {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
    return aws.iam.Role("worker", assume_role_policy=document(trust or sound), opts=opts, **changed)


def grant(opts: pulumi.ResourceOptions, **changed: Any) -> None:
    sound = {"Sid": "Read", "Effect": "Allow", "Action": ["s3:GetObject"], "Resource": ["arn:aws:s3:::data/*"]}
    statement = {key: value for key, value in (sound | changed).items() if value is not None}
    aws.iam.RolePolicy("worker-policy", role="worker", policy=document(statement), opts=opts)


def key(opts: pulumi.ResourceOptions, *, principal: str = f"arn:aws:iam::{ACCOUNT}:root", **changed: Any) -> None:
    root = {"Sid": "Root", "Effect": "Allow", "Principal": {"AWS": principal}, "Action": "kms:*", "Resource": "*"}
    sound = {"enable_key_rotation": True, "policy": document(root)}
    aws.kms.Key("key", opts=guarded(opts), **sound | changed)


def alarm(opts: pulumi.ResourceOptions, **changed: Any) -> None:
    sound = {
        "namespace": "AWS/SageMaker",
        "metric_name": "ModelLatency",
        "dimensions": {"EndpointName": "recommender-dev", "VariantName": "live"},
        "period": 60,
        "alarm_actions": [TOPIC],
        "comparison_operator": "GreaterThanThreshold",
        "evaluation_periods": 1,
        "threshold": 1,
    }
    aws.cloudwatch.MetricAlarm("slow", opts=opts, **sound | changed)


def metric_query(opts: pulumi.ResourceOptions, **changed: Any) -> None:
    sound = {"namespace": "AWS/SageMaker", "metric_name": "Invocations", "period": 60, "stat": "Sum"}
    metric = aws.cloudwatch.MetricAlarmMetricQueryMetricArgs(
        **sound | {"dimensions": {"EndpointName": "recommender-dev"}} | changed
    )
    alarm(
        opts,
        namespace=None,
        metric_name=None,
        dimensions=None,
        period=None,
        metric_queries=[
            aws.cloudwatch.MetricAlarmMetricQueryArgs(id="asked", metric=metric),
            aws.cloudwatch.MetricAlarmMetricQueryArgs(id="share", expression="asked / 2", return_data=True),
        ],
    )


def endpoint_config(
    opts: pulumi.ResourceOptions,
    *,
    instance_type: str = "ml.m5.large",
    kms_key_arn: str | None = KEY,
    capture_key: str | None = KEY,
) -> None:
    variant = aws.sagemaker.EndpointConfigurationProductionVariantArgs(
        variant_name="live", model_name="m", instance_type=instance_type, initial_instance_count=1
    )
    capture = aws.sagemaker.EndpointConfigurationDataCaptureConfigArgs(
        initial_sampling_percentage=100,
        destination_s3_uri="s3://captured/answers",
        capture_options=[
            aws.sagemaker.EndpointConfigurationDataCaptureConfigCaptureOptionArgs(capture_mode="Input"),
        ],
        kms_key_id=capture_key,
    )
    aws.sagemaker.EndpointConfiguration(
        "config", kms_key_arn=kms_key_arn, production_variants=[variant], data_capture_config=capture, opts=opts
    )


def endpoint(opts: pulumi.ResourceOptions, *, protect: bool = True) -> None:
    aws.sagemaker.Endpoint(
        "endpoint", name="recommender-dev", endpoint_config_name="c", opts=guarded(opts, protect=protect)
    )


def ingress(opts: pulumi.ResourceOptions, **changed: Any) -> None:
    sound = {"security_group_id": "sg-1", "ip_protocol": "tcp", "from_port": 443, "to_port": 443}
    source = changed or {"cidr_ipv4": "10.10.0.0/16"}
    aws.vpc.SecurityGroupIngressRule("in", opts=opts, **sound | source)


def parameter(opts: pulumi.ResourceOptions, **document: Any) -> None:
    value = json.dumps({"training": {"instance_type": "ml.m5.large"}, "region": REGION} | document)
    aws.ssm.Parameter("told", name="/trainyard/dev/platform", type="String", value=value, opts=opts)
