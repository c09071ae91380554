"""IAM documents as pure functions: an `Estate` in, a dictionary out; one function a role.

Every trust policy names the account that a service must be acting for: otherwise SageMaker could be talked into using
the role on behalf of somebody else (the confused deputy).
"""

from collections.abc import Sequence

from infra import iam_statements as statements
from infra import naming
from infra.iam_statements import Document, Estate, Statement, document

_JOB_VERBS = ("Create", "Describe", "Stop")
_MAKING_VERBS = ("Create", "Delete")
_ALARM_ACTIONS = ("cloudwatch:PutMetricAlarm", "cloudwatch:DeleteAlarms")
_GOLDEN_FAILURES = {"StringEquals": {"cloudwatch:namespace": "Trainyard/Release"}}
_SERVED = ("Model", "EndpointConfig", "Endpoint")
_READ_VERBS = ("GetItem", "Query")
_RUN_VERBS = (
    "DescribePipelineExecution",
    "DescribePipelineDefinitionForExecution",
    "ListPipelineExecutionSteps",
    "ListPipelineParametersForExecution",
)
_WRITE_VERBS = ("PutItem", "UpdateItem", "DeleteItem", "ConditionCheckItem")
TRACKED_FILES = "mlflow"
"""The folder of the artifacts bucket that the environment's own MLflow app keeps files in."""
APPROVALS = "approval#"
"""What partition keys of approvals begin with (`trainyard.registry.approval`); the service follows."""


def sagemaker_trust(account: str, region: str) -> Document:
    """Return the trust policy of a role that SageMaker takes on for this account's resources only."""
    return document(
        {
            "Effect": "Allow",
            "Principal": {"Service": "sagemaker.amazonaws.com"},
            "Action": "sts:AssumeRole",
            "Condition": {
                "StringEquals": {"aws:SourceAccount": account},
                "ArnLike": {"aws:SourceArn": f"arn:aws:sagemaker:{region}:{account}:*"},
            },
        }
    )


def people_trust(account: str, principals: Sequence[str]) -> Document:
    """Return the trust policy of a role that people take on.

    Args:
        account: the environment's account; others never may.
        principals: ARNs; empty leaves it to the IAM policies of the account.
    """
    return document(
        {
            "Effect": "Allow",
            "Principal": {"AWS": sorted(principals) or [f"arn:aws:iam::{account}:root"]},
            "Action": "sts:AssumeRole",
            "Condition": {"StringEquals": {"aws:PrincipalAccount": account}},
        }
    )


def function_trust() -> Document:
    """Return the trust policy of a role that Lambda takes on for its functions.

    Lambda tells a trust policy neither account nor function (Lambda developer guide, "Defining Lambda function
    permissions with an execution role"): whose function gets the role is decided by iam:PassRole, and Lambda takes
    roles of the function's own account only.
    """
    return document(_lambda_assumes())


def release_trust(account: str, principals: Sequence[str]) -> Document:
    """Return the trust policy of the release role: people take it on, and Lambda does for the release function."""
    return document(*people_trust(account, principals)["Statement"], _lambda_assumes())


def _lambda_assumes() -> Statement:
    return {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}


def training(estate: Estate) -> Document:
    """Return what training and processing jobs may do: read data, write features and models."""
    return document(
        *statements.read(estate, estate.raw_bucket_arn, estate.features_bucket_arn, estate.artifacts_bucket_arn),
        statements.write(estate, estate.features_bucket_arn, estate.artifacts_bucket_arn),
        *statements.pull(estate.repository_arns),
        *statements.open_sources(estate),
        *statements.write_features(estate),
        *statements.run(estate, "TrainingJobs", "ProcessingJobs"),
        *([statements.tell_mlflow(estate.mlflow_app_arn)] if estate.mlflow_app_arn else []),
    )


def tracking(estate: Estate) -> Document:
    """Return what the environment's own MLflow app may do: keep files in its folder of the artifacts bucket.

    Neither delete any, which takes a person's hand, nor register models, which the pipeline does.
    """
    return document(
        *statements.keep_files(estate, estate.artifacts_bucket_arn, TRACKED_FILES), statements.use_key(estate)
    )


def tell_tracking(app_arn: str) -> Document:
    """Return what jobs may do with the environment's own MLflow app, beside their role's document."""
    return document(statements.tell_mlflow(app_arn))


def serving(estate: Estate, baseline_repository_arn: str) -> Document:
    """Return what serving containers may do: read models, write captured requests and scored batches.

    Endpoints also watch the alarms of their deployment. A transform job has no role but its model's, so it is this one.

    Args:
        estate: what the roles act on.
        baseline_repository_arn: AWS's repository of the image that the baseline runs on.
    """
    return document(
        *statements.read(estate, estate.artifacts_bucket_arn),
        statements.write(estate, estate.capture_bucket_arn),
        statements.write_batches(estate),
        *statements.pull([*estate.repository_arns, baseline_repository_arn]),
        *statements.read_features(estate),
        *statements.run(estate, "Endpoints", "TransformJobs"),
        statements.describe_alarms(estate),
    )


def pipeline(estate: Estate, training_role_arn: str) -> Document:
    """Return what pipeline executions may do: start the jobs of their steps and register what these made."""
    jobs = estate.sagemaker("processing-job/pipelines-*", "training-job/pipelines-*")
    return document(
        statements.allow(
            "StartJobs",
            [f"sagemaker:{verb}{kind}Job" for kind in ("Processing", "Training") for verb in _JOB_VERBS],
            jobs,
        ),
        statements.allow(
            "Register",
            ["sagemaker:CreateModelPackage", "sagemaker:DescribeModelPackage", "sagemaker:DescribeModelPackageGroup"],
            estate.sagemaker("model-package-group/{name}", "model-package/{name}/*"),
        ),
        statements.allow("Tag", ["sagemaker:AddTags"], [*jobs, *estate.sagemaker("model-package/{name}/*")]),
        statements.pass_role("PassTrainingRole", training_role_arn),
        *statements.read(estate, estate.artifacts_bucket_arn),
        statements.use_key(estate),
    )


def release(estate: Estate, serving_role_arn: str) -> Document:
    """Return what a release may do: everything with what it made itself, and `UpdateEndpoint` on the live one.

    Whoever may put a version live may also score with it, as batch jobs pass the same gate, and report on its shadow.
    """
    function = naming.function(estate.environment, "release")
    made = estate.all_sagemaker("model/{name}-*", "endpoint-config/{name}-*", "endpoint/{name}-pre-*")
    live = estate.all_sagemaker("endpoint/{name}")
    return document(
        statements.allow(
            "Make", [f"sagemaker:{verb}{kind}" for kind in _SERVED for verb in ("Create", "Delete")], made
        ),
        # UpdateEndpoint is authorised on the endpoint and on its new configuration.
        statements.allow(
            "Switch",
            ["sagemaker:UpdateEndpoint", "sagemaker:UpdateEndpointWeightsAndCapacities"],
            [*live, *estate.all_sagemaker("endpoint-config/{name}-*")],
        ),
        statements.allow("Ask", ["sagemaker:InvokeEndpoint"], [*live, *made]),
        statements.allow("Tag", ["sagemaker:AddTags"], made),
        statements.score(estate),
        # Describing covers the bootstrap model and configuration too, whose names Pulumi makes.
        statements.allow("Look", [f"sagemaker:Describe{kind}" for kind in _SERVED], estate.sagemaker("*")),
        statements.describe_packages(estate),
        statements.list_packages(),
        statements.pass_role("PassServingRole", serving_role_arn),
        statements.allow(
            "Alarms",
            list(_ALARM_ACTIONS),
            # Those of target tracking belong to Application Auto Scaling, which acts on them in its caller's name.
            statements.alarms(estate, "{name}-*", "TargetTracking-endpoint/*"),
        ),
        statements.describe_alarms(estate),
        statements.allow("AlarmsPast", ["cloudwatch:DescribeAlarmHistory"], statements.alarms(estate, "*")),
        *statements.scaling(estate),
        statements.see_quotas(),
        # Metrics have no ARN; the namespace is the narrowest there is.
        statements.allow("Publish", ["cloudwatch:PutMetricData"], ["*"], _GOLDEN_FAILURES),
        # A shadow's report; metrics have no ARN, and reading them knows no condition on their namespace.
        statements.allow("Compare", ["cloudwatch:GetMetricData"], ["*"]),
        statements.allow("SeeRecords", [f"dynamodb:{verb}" for verb in _READ_VERBS], [estate.table_arn]),
        statements.write_items(estate, _WRITE_VERBS, estate.services),
        statements.read_outputs(estate),
        statements.allow("Announce", ["sns:Publish"], [estate.topic_arn]),
        *statements.read(estate, estate.artifacts_bucket_arn, estate.capture_bucket_arn),
        statements.write_batches(estate),
        statements.use_key(estate),
        statements.write_own_log(estate, function),
        statements.keep_failed_events(estate, function),
    )


def approval(estate: Estate) -> Document:
    """Return what the approval function may do: set a version's status and record who and why. No other role may."""
    approvals = [f"{APPROVALS}{service}" for service in estate.services]
    return document(
        statements.allow("Approve", ["sagemaker:UpdateModelPackage"], estate.sagemaker("model-package/{name}/*")),
        statements.describe_packages(estate),
        statements.list_packages(),
        statements.write_items(estate, ("PutItem", "Query"), approvals),
        statements.read_outputs(estate),
        statements.use_key(estate),
        statements.write_own_log(estate, naming.function(estate.environment, "approval")),
    )


def retraining(estate: Estate) -> Document:
    """Return what the retraining function may do: start runs of pipelines that are there, and look at what is new.

    It lays out the champion and the accepted record for the run that it starts, and the run's record, and writes
    nowhere else. What a run does is up to the pipeline's own role, which nobody passes here: a pipeline keeps the role
    that it was deployed with.
    """
    own_images = [arn for arn in estate.repository_arns if f":{estate.account}:" in arn]
    laid_out = [
        f"{estate.artifacts_bucket_arn}/{service}/runs/*/{name}"
        for service in estate.services
        for name in ("accepted/*", "champion/*", "run.json", "definition.json")
    ]
    return document(
        statements.allow(
            "Start",
            ["sagemaker:StartPipelineExecution", "sagemaker:DescribePipeline", "sagemaker:ListPipelineExecutions"],
            estate.sagemaker("pipeline/{name}"),
        ),
        statements.allow(
            "SeeRuns",
            [f"sagemaker:{verb}" for verb in _RUN_VERBS],
            estate.sagemaker("pipeline/{name}", "pipeline/{name}/execution/*"),
        ),
        # Where the gate's job put its decision, for telling people.
        statements.allow(
            "SeeJobs", ["sagemaker:DescribeProcessingJob"], estate.sagemaker("processing-job/pipelines-*")
        ),
        statements.describe_packages(estate),
        statements.allow("SeeImages", ["ecr:DescribeImages"], own_images),
        statements.read_items(estate, estate.services),
        statements.read_outputs(estate),
        *statements.read(estate, estate.raw_bucket_arn, estate.artifacts_bucket_arn),
        statements.allow("LayOut", ["s3:PutObject", "s3:AbortMultipartUpload"], laid_out, statements.owned(estate)),
        statements.use_key(estate),
        statements.allow("Announce", ["sns:Publish"], [estate.topic_arn]),
        statements.write_own_log(estate, naming.function(estate.environment, "retraining")),
        statements.keep_failed_events(estate, naming.function(estate.environment, "retraining")),
    )
