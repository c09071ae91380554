"""The statements that IAM documents are made of, and the `Estate` they speak of.

Every statement on buckets names the account that must own them, so that a bucket of the same name elsewhere is never
read or written. Where AWS knows no narrower resource than `*`, the comment says so.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from infra import naming

Document = dict[str, Any]
Statement = dict[str, Any]

PULL = ("ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer")
"""What pulling from a repository takes."""


@dataclass(frozen=True, kw_only=True)
class Estate:
    """What the roles of one environment act on."""

    account: str
    region: str
    environment: str
    key_arn: str
    raw_bucket_arn: str
    features_bucket_arn: str
    artifacts_bucket_arn: str
    capture_bucket_arn: str
    repository_arns: Sequence[str]
    table_arn: str
    topic_arn: str
    endpoint_names: Sequence[str]
    """`<service>-<environment>`, which is also the name of the pipeline and of the model package group."""
    source_secret_arns: Sequence[str] = ()
    """What opens the databases that orders come from."""
    online_table_arns: Sequence[str] = ()
    """Tables of customers' features that containers read while they serve."""
    mlflow_app_arn: str = ""
    """The MLflow app elsewhere that runs are told to; empty where there is none, or it is the environment's own."""

    def sagemaker(self, *paths: str) -> list[str]:
        """Return SageMaker ARNs; `{name}` in a path stands for each endpoint name in turn."""
        prefix = f"arn:aws:sagemaker:{self.region}:{self.account}"
        return list(
            dict.fromkeys(f"{prefix}:{path.format(name=name)}" for path in paths for name in self.endpoint_names)
        )

    def all_sagemaker(self, *paths: str) -> list[str]:
        """Return SageMaker ARNs; `{name}` in a path stands for whatever is named after the environment.

        An account holds one environment, so this is what its services have; a line for each of them would be more than
        an inline policy holds.
        """
        prefix = f"arn:aws:sagemaker:{self.region}:{self.account}"
        return [f"{prefix}:{path.format(name=f'*-{self.environment}')}" for path in paths]

    @property
    def services(self) -> list[str]:
        """Names of the model services."""
        return [name.removesuffix(f"-{self.environment}") for name in self.endpoint_names]


def document(*statements: Statement) -> Document:
    """Return a policy of these statements."""
    return {"Version": "2012-10-17", "Statement": list(statements)}


def allow(
    sid: str, actions: Sequence[str], resources: Sequence[str], condition: dict[str, Any] | None = None
) -> Statement:
    """Return one statement that allows."""
    statement: Statement = {"Sid": sid, "Effect": "Allow", "Action": list(actions), "Resource": list(resources)}
    return statement if condition is None else {**statement, "Condition": condition}


def owned(estate: Estate) -> dict[str, Any]:
    """Return the condition that the estate's account owns the bucket."""
    return {"StringEquals": {"aws:ResourceAccount": estate.account}}


def read(estate: Estate, *buckets: str) -> list[Statement]:
    """Return what reading these buckets takes."""
    return [
        allow("ListBuckets", ["s3:ListBucket", "s3:GetBucketLocation"], buckets, owned(estate)),
        allow("ReadObjects", ["s3:GetObject"], [f"{bucket}/*" for bucket in buckets], owned(estate)),
    ]


def open_sources(estate: Estate) -> list[Statement]:
    """Return what reading a database of orders takes: the value of its secret; nothing where there is none."""
    arns = estate.source_secret_arns
    return [allow("OpenSources", ["secretsmanager:GetSecretValue"], arns, owned(estate))] if arns else []


def write_features(estate: Estate) -> list[Statement]:
    """Return what filling the online stores takes; nothing where there is none. Single items only, on a condition."""
    return _on_features(estate, "WriteFeatures", "PutItem")


def read_features(estate: Estate) -> list[Statement]:
    """Return what a request for fresh features takes: the items of its customers; nothing where there is no store."""
    return _on_features(estate, "ReadFeatures", "BatchGetItem")


def _on_features(estate: Estate, sid: str, verb: str) -> list[Statement]:
    arns = estate.online_table_arns
    return [allow(sid, [f"dynamodb:{verb}"], arns, owned(estate))] if arns else []


def write(estate: Estate, *buckets: str) -> Statement:
    """Return what writing into these buckets takes."""
    objects = [f"{bucket}/*" for bucket in buckets]
    return allow("WriteObjects", ["s3:PutObject", "s3:AbortMultipartUpload"], objects, owned(estate))


def write_batches(estate: Estate) -> Statement:
    """Return what writing into the services' batch folders takes: what is to be scored, and what came of it."""
    folders = [f"{estate.artifacts_bucket_arn}/*/batch/*"]
    return allow("WriteBatches", ["s3:PutObject", "s3:AbortMultipartUpload"], folders, owned(estate))


def score(estate: Estate) -> Statement:
    """Return the start of batch jobs, and the look at them, under the names that batches of the environment have."""
    jobs = estate.all_sagemaker("transform-job/{name}-batch-*")
    return allow(
        "Score", [f"sagemaker:{verb}" for verb in ("CreateTransformJob", "DescribeTransformJob", "AddTags")], jobs
    )


def pull(repositories: Sequence[str]) -> list[Statement]:
    """Return what pulling images from these repositories takes."""
    return [
        allow("PullImages", PULL, repositories),
        # The token is of the account: AWS knows no narrower resource.
        allow("LogInToRegistry", ["ecr:GetAuthorizationToken"], ["*"]),
    ]


def run(estate: Estate, *kinds: str) -> list[Statement]:
    """Return what every container needs: its logs, its metrics, the key, and a place in the VPC."""
    here = f"{estate.region}:{estate.account}"
    groups = [f"arn:aws:logs:{here}:log-group:/aws/sagemaker/{kind}*" for kind in kinds]
    logs = ["logs:CreateLogGroup", "logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"]
    namespaces = {"StringLike": {"cloudwatch:namespace": ["/aws/sagemaker/*", "trainyard/*"]}}
    return [
        allow("WriteLogs", logs, groups),
        # Metrics have no ARN; the namespace is the narrowest there is.
        allow("PublishMetrics", ["cloudwatch:PutMetricData"], ["*"], namespaces),
        use_key(estate),
        allow(
            "EncryptVolumes",
            ["kms:CreateGrant"],
            [estate.key_arn],
            {"Bool": {"kms:GrantIsForAWSResource": "true"}},
        ),
        allow("JoinNetwork", _INTERFACES, [f"arn:aws:ec2:{here}:{kind}/*" for kind in _INTERFACE_PARTS]),
        # EC2 describes all or nothing: AWS knows no narrower resource.
        allow("SeeNetwork", [f"ec2:Describe{what}" for what in _SEEN], ["*"]),
    ]


_INTERFACES = (
    "ec2:CreateNetworkInterface",
    "ec2:CreateNetworkInterfacePermission",
    "ec2:DeleteNetworkInterface",
    "ec2:DeleteNetworkInterfacePermission",
)
_INTERFACE_PARTS = ("network-interface", "security-group", "subnet")
_SEEN = ("DhcpOptions", "NetworkInterfaces", "SecurityGroups", "Subnets", "Vpcs")


def tell_mlflow(app_arn: str) -> Statement:
    """Return the calls of an MLflow app, and the look at its version.

    Apps know one action for all that MLflow serves; the actions of `sagemaker-mlflow` are for tracking servers
    (SageMaker developer guide, "Set up IAM permissions for MLflow Apps", data plane actions).
    """
    return allow("TellMlflow", ["sagemaker:CallMlflowAppApi", "sagemaker:DescribeMlflowApp"], [app_arn])


def keep_files(estate: Estate, bucket: str, folder: str) -> list[Statement]:
    """Return the listing, reading and writing of what lies in one folder of a bucket."""
    within = {**owned(estate), "StringLike": {"s3:prefix": [folder, f"{folder}/*"]}}
    objects = ["s3:GetObject", "s3:PutObject", "s3:AbortMultipartUpload"]
    return [
        allow("FindBucket", ["s3:GetBucketLocation"], [bucket], owned(estate)),
        allow("ListFolder", ["s3:ListBucket"], [bucket], within),
        allow("KeepFiles", objects, [f"{bucket}/{folder}/*"], owned(estate)),
    ]


def use_key(estate: Estate) -> Statement:
    """Return the use of the environment's key."""
    return allow("UseKey", ["kms:Decrypt", "kms:DescribeKey", "kms:GenerateDataKey"], [estate.key_arn])


def pass_role(sid: str, role_arn: str) -> Statement:
    """Return the passing of a role, to SageMaker only."""
    condition = {"StringEquals": {"iam:PassedToService": "sagemaker.amazonaws.com"}}
    return allow(sid, ["iam:PassRole"], [role_arn], condition)


def describe_packages(estate: Estate) -> Statement:
    """Return the look at model packages."""
    resources = estate.all_sagemaker("model-package-group/{name}", "model-package/{name}/*")
    return allow("SeePackages", ["sagemaker:DescribeModelPackage", "sagemaker:DescribeModelPackageGroup"], resources)


def list_packages() -> Statement:
    """Return the listing of model packages."""
    # Listing is of the account: AWS knows no narrower resource.
    return allow("ListPackages", ["sagemaker:ListModelPackages"], ["*"])


def alarms(estate: Estate, *names: str) -> list[str]:
    """Return ARNs of alarms; `{name}` in a name stands for each endpoint name in turn."""
    prefix = f"arn:aws:cloudwatch:{estate.region}:{estate.account}:alarm"
    return list(dict.fromkeys(f"{prefix}:{name.format(name=each)}" for name in names for each in estate.endpoint_names))


def describe_alarms(estate: Estate) -> Statement:
    """Return the look at alarms."""
    return allow("SeeAlarms", ["cloudwatch:DescribeAlarms"], alarms(estate, "*"))


def scaling(estate: Estate) -> list[Statement]:
    """Return what taking an endpoint off scaling and putting all of it back takes.

    Beside these, Application Auto Scaling checks that its caller may do what it will do: change the variant's count,
    and keep the alarms of target tracking (its user guide, "Permissions validation for Application Auto Scaling API
    calls on target resources").
    """
    targets = f"arn:aws:application-autoscaling:{estate.region}:{estate.account}:scalable-target/*"
    only = {"StringEqualsIfExists": {"application-autoscaling:service-namespace": "sagemaker"}}
    changes = ("RegisterScalableTarget", "DeregisterScalableTarget", "PutScalingPolicy", "PutScheduledAction")
    described = ("ScalableTargets", "ScalingPolicies", "ScheduledActions")
    return [
        allow("Scaling", [f"application-autoscaling:{verb}" for verb in changes], [targets], only),
        allow("ScalingTags", [f"application-autoscaling:{verb}" for verb in _TARGET_TAGS], [targets]),
        # Describing is of the account: AWS knows no narrower resource.
        allow("SeeScaling", [f"application-autoscaling:Describe{what}" for what in described], ["*"]),
    ]


_TARGET_TAGS = ("ListTagsForResource", "TagResource")


def see_quotas() -> Statement:
    """Return the look at the account's quotas."""
    # Listing is of the account: AWS knows no narrower resource.
    listed = ("ListServiceQuotas", "ListAWSDefaultServiceQuotas")
    return allow("SeeQuotas", [f"servicequotas:{verb}" for verb in listed], ["*"])


def read_outputs(estate: Estate) -> Statement:
    """Return the reading of what the environment tells everyone."""
    prefix = f"arn:aws:ssm:{estate.region}:{estate.account}:parameter/trainyard/{estate.environment}"
    return allow("ReadOutputs", ["ssm:GetParameter"], [f"{prefix}/*"])


def write_own_log(estate: Estate, function: str) -> Statement:
    """Return the writing of a function's log; its group is there before it."""
    group = f"arn:aws:logs:{estate.region}:{estate.account}:log-group:{naming.function_log_group(function)}"
    return allow("WriteLog", ["logs:CreateLogStream", "logs:PutLogEvents"], [f"{group}:*"])


def write_items(estate: Estate, verbs: Sequence[str], keys: Sequence[str]) -> Statement:
    """Return the writing of items of the deployments table under these partition keys, and under no other."""
    # `ForAllValues` also holds of a request without keys; none of these actions has such a one.
    only = {"ForAllValues:StringEquals": {"dynamodb:LeadingKeys": list(keys)}}
    return allow("Record", [f"dynamodb:{verb}" for verb in verbs], [estate.table_arn], only)


def read_items(estate: Estate, keys: Sequence[str]) -> Statement:
    """Return the reading of single items of the deployments table under these partition keys."""
    only = {"ForAllValues:StringEquals": {"dynamodb:LeadingKeys": list(keys)}}
    return allow("SeeRecord", ["dynamodb:GetItem"], [estate.table_arn], only)


def keep_failed_events(estate: Estate, function: str) -> Statement:
    """Return the sending of a function's failed events to their queue: Lambda sends them with the function's role."""
    queue = f"arn:aws:sqs:{estate.region}:{estate.account}:{naming.failed_events(function)}"
    return allow("KeepFailedEvents", ["sqs:SendMessage"], [queue])
