"""The operations on training jobs, and what is refused when one is created."""

from localcloud.errors import ValidationError
from localcloud.sagemaker.jobs.documents import public
from localcloud.sagemaker.jobs.inputs import check_container_path, check_s3_source
from localcloud.sagemaker.jobs.metric_definitions import parse_definitions
from localcloud.sagemaker.jobs.operations import list_jobs, stop_job
from localcloud.sagemaker.jobs.running import run_job
from localcloud.sagemaker.jobs.s3_locations import parse_s3_uri
from localcloud.sagemaker.request_shapes import check_request
from localcloud.sagemaker.service import Call, operation
from localcloud.sagemaker.training.artifacts import model_uri
from localcloud.sagemaker.training.job import TRAINING, TrainingJob
from localcloud.sagemaker.training.transitions import transition
from localcloud.store import Document

_IGNORED = ("Tags",)
_DEFAULT_MAX_RUNTIME = 86_400
MOST_HOSTS = 8
_SUMMARY = (
    "TrainingJobName",
    "TrainingJobArn",
    "CreationTime",
    "TrainingEndTime",
    "LastModifiedTime",
    "TrainingJobStatus",
    "SecondaryStatus",
)


@operation("CreateTrainingJob")
def create_training_job(call: Call) -> Document:
    """Check the request, keep the job, and start it."""
    check_request(call.operation, call.params)
    _check(call)
    name = call.params["TrainingJobName"]
    request = {key: value for key, value in call.params.items() if key not in _IGNORED}
    request["StoppingCondition"] = {"MaxRuntimeInSeconds": _DEFAULT_MAX_RUNTIME, **request.get("StoppingCondition", {})}
    document = {
        **request,
        "ModelArtifacts": {"S3ModelArtifacts": model_uri(request)},
        "TrainingJobStatus": "InProgress",
        **transition({}, "Starting", call.cloud.clock.now()),
    }
    arn = TRAINING.create(call, document)
    run_job(call.cloud, call.scope, TRAINING.kind, name, TrainingJob(call.cloud, call.scope, name).run)
    return {"TrainingJobArn": arn}


@operation("DescribeTrainingJob")
def describe_training_job(call: Call) -> Document:
    """Return a job."""
    return public(TRAINING.find(call.cloud, call.scope, call.params["TrainingJobName"]))


@operation("ListTrainingJobs")
def list_training_jobs(call: Call) -> Document:
    """Return one page of jobs, the newest first."""
    return list_jobs(call, TRAINING, _SUMMARY)


@operation("StopTrainingJob")
def stop_training_job(call: Call) -> None:
    """Ask a running job to stop; its container has two minutes (of the cloud's time) to save its model."""
    now = call.cloud.clock.now()
    stop_job(call, TRAINING, lambda document: transition(document, "Stopping", now))


def _check(call: Call) -> None:
    algorithm = call.params.get("AlgorithmSpecification", {})
    if "TrainingImage" not in algorithm:
        raise ValidationError("AlgorithmSpecification: the local cloud runs a TrainingImage only, no AlgorithmName.")
    if algorithm["TrainingInputMode"] == "Pipe":
        raise ValidationError("TrainingInputMode Pipe is not served by the local cloud; use File or FastFile.")
    parse_definitions(algorithm.get("MetricDefinitions", []))
    instances = _check_resources(call.params)
    for channel in call.params.get("InputDataConfig", []):
        where = f"Channel {channel['ChannelName']}"
        if "S3DataSource" not in channel["DataSource"]:
            raise ValidationError(f"{where}: only S3DataSource is served by the local cloud.")
        check_s3_source(channel["DataSource"]["S3DataSource"], where, instances)
        if channel.get("InputMode") == "Pipe":
            raise ValidationError(f"{where}: InputMode Pipe is not served by the local cloud; use File or FastFile.")
        if channel.get("CompressionType", "None") != "None":
            raise ValidationError(f"{where}: CompressionType Gzip is not served by the local cloud; use None.")
    parse_s3_uri(call.params["OutputDataConfig"]["S3OutputPath"])
    _check_spot(call.params)
    if checkpoints := call.params.get("CheckpointConfig"):
        parse_s3_uri(checkpoints["S3Uri"])
        if "LocalPath" in checkpoints:
            check_container_path(checkpoints["LocalPath"], "CheckpointConfig", "/opt/ml")
    call.cloud.images.resolve(call.scope, algorithm["TrainingImage"])


def _check_resources(params: Document) -> int:
    resources = params.get("ResourceConfig", {})
    if "InstanceType" not in resources:
        raise ValidationError("ResourceConfig: the local cloud needs InstanceType; instance groups are not served.")
    instances = int(resources.get("InstanceCount", 1))
    if instances > MOST_HOSTS:
        raise ValidationError(
            f"InstanceCount {instances}: the local cloud runs each instance as a process of this machine, "
            f"{MOST_HOSTS} at most."
        )
    return instances


def _check_spot(params: Document) -> None:
    condition = params.get("StoppingCondition", {})
    longest, wait = condition.get("MaxRuntimeInSeconds", _DEFAULT_MAX_RUNTIME), condition.get("MaxWaitTimeInSeconds")
    if not params.get("EnableManagedSpotTraining"):
        if wait is not None:
            raise ValidationError("MaxWaitTimeInSeconds can only be given with EnableManagedSpotTraining.")
    elif wait is None or wait < longest:
        raise ValidationError(
            f"Invalid MaxWaitTimeInSeconds. It must be present and be greater than or equal to "
            f"MaxRuntimeInSeconds ({longest}) when EnableManagedSpotTraining is set to true."
        )
