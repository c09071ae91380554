"""The operations on processing jobs, and what is refused when one is created."""

from typing import Any

from localcloud.errors import ValidationError
from localcloud.sagemaker.jobs.documents import public
from localcloud.sagemaker.jobs.inputs import check_container_path, check_s3_source
from localcloud.sagemaker.jobs.operations import list_jobs, stop_job
from localcloud.sagemaker.jobs.running import run_job
from localcloud.sagemaker.jobs.s3_locations import parse_s3_uri
from localcloud.sagemaker.processing.contract import ROOT
from localcloud.sagemaker.processing.job import PROCESSING, ProcessingJob
from localcloud.sagemaker.request_shapes import check_request
from localcloud.sagemaker.service import Call, operation
from localcloud.store import Document

_KEPT = (
    "ProcessingJobName",
    "ProcessingInputs",
    "ProcessingOutputConfig",
    "ProcessingResources",
    "StoppingCondition",
    "AppSpecification",
    "Environment",
    "NetworkConfig",
    "RoleArn",
    "ExperimentConfig",
)
_DEFAULT_STOPPING_CONDITION = {"MaxRuntimeInSeconds": 86_400}
_SUMMARY = (
    "ProcessingJobName",
    "ProcessingJobArn",
    "CreationTime",
    "ProcessingEndTime",
    "LastModifiedTime",
    "ProcessingJobStatus",
    "FailureReason",
    "ExitMessage",
)


@operation("CreateProcessingJob")
def create_processing_job(call: Call) -> Document:
    """Check the request, keep the job, and start it."""
    check_request(call.operation, call.params)
    _check(call)
    name = call.params["ProcessingJobName"]
    document = {
        "StoppingCondition": _DEFAULT_STOPPING_CONDITION,
        **{key: call.params[key] for key in _KEPT if key in call.params},
        "ProcessingJobStatus": "InProgress",
    }
    arn = PROCESSING.create(call, document)
    job = ProcessingJob(call.cloud, call.scope, name)
    run_job(call.cloud, call.scope, PROCESSING.kind, name, job.run)
    return {"ProcessingJobArn": arn}


@operation("DescribeProcessingJob")
def describe_processing_job(call: Call) -> Document:
    """Return a job."""
    return public(PROCESSING.find(call.cloud, call.scope, call.params["ProcessingJobName"]))


@operation("ListProcessingJobs")
def list_processing_jobs(call: Call) -> Document:
    """Return one page of jobs, the newest first."""
    return list_jobs(call, PROCESSING, _SUMMARY)


@operation("StopProcessingJob")
def stop_processing_job(call: Call) -> None:
    """Ask a running job to stop."""
    stop_job(call, PROCESSING, lambda _: {"ProcessingJobStatus": "Stopping"})


def _check(call: Call) -> None:
    cluster = call.params["ProcessingResources"]["ClusterConfig"]
    instances = int(cluster.get("InstanceCount", 1))
    if instances > 1:
        raise ValidationError(f"InstanceCount {instances}: the local cloud runs processing jobs on one instance.")
    inputs = call.params.get("ProcessingInputs", [])
    for item in inputs:
        _check_input(item, instances)
    outputs = call.params.get("ProcessingOutputConfig", {}).get("Outputs", [])
    for item in outputs:
        _check_output(item)
    _check_unique([item["InputName"] for item in inputs], "ProcessingInputs")
    _check_unique([item["OutputName"] for item in outputs], "ProcessingOutputConfig")
    call.cloud.images.resolve(call.scope, call.params["AppSpecification"]["ImageUri"])


def _check_input(item: Document, instances: int) -> None:
    where = f"ProcessingInput {item['InputName']}"
    if "S3Input" not in item:
        raise ValidationError(f"{where}: only S3Input is served by the local cloud.")
    source: Any = item["S3Input"]
    check_s3_source(source, where, instances)
    if source.get("S3InputMode", "File") != "File":
        raise ValidationError(
            f"{where}: S3InputMode {source['S3InputMode']} is not served by the local cloud; use File."
        )
    check_container_path(source.get("LocalPath", ""), where, ROOT)


def _check_output(item: Document) -> None:
    where = f"ProcessingOutput {item['OutputName']}"
    if "S3Output" not in item:
        raise ValidationError(f"{where}: only S3Output is served by the local cloud.")
    parse_s3_uri(item["S3Output"]["S3Uri"])
    check_container_path(item["S3Output"].get("LocalPath", ""), where, ROOT)


def _check_unique(names: list[str], where: str) -> None:
    repeated = sorted({name for name in names if names.count(name) > 1})
    if repeated:
        raise ValidationError(f"{where}: the name {', '.join(repeated)} is used more than once.")
