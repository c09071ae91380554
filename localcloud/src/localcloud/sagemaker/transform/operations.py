"""The operations on transform jobs, and what is refused when one is created."""

from typing import Any

from localcloud.errors import ValidationError
from localcloud.sagemaker.jobs.documents import public
from localcloud.sagemaker.jobs.inputs import check_s3_source
from localcloud.sagemaker.jobs.operations import list_jobs, stop_job
from localcloud.sagemaker.jobs.running import run_job
from localcloud.sagemaker.jobs.s3_locations import parse_s3_uri
from localcloud.sagemaker.models import find_model
from localcloud.sagemaker.request_shapes import check_request
from localcloud.sagemaker.service import Call, operation
from localcloud.sagemaker.transform.data_processing import data_processing_of
from localcloud.sagemaker.transform.job import TRANSFORM, TransformJob
from localcloud.sagemaker.transform.settings import LARGEST_MB, settings_of
from localcloud.store import Document

_KEPT = (
    "TransformJobName",
    "ModelName",
    "MaxConcurrentTransforms",
    "ModelClientConfig",
    "MaxPayloadInMB",
    "BatchStrategy",
    "Environment",
    "TransformInput",
    "TransformOutput",
    "TransformResources",
    "DataProcessing",
    "ExperimentConfig",
)
_SUMMARY = (
    "TransformJobName",
    "TransformJobArn",
    "CreationTime",
    "TransformEndTime",
    "LastModifiedTime",
    "TransformJobStatus",
    "FailureReason",
)


@operation("CreateTransformJob")
def create_transform_job(call: Call) -> Document:
    """Check the request, keep the job, and start it."""
    check_request(call.operation, call.params)
    _check(call)
    name = call.params["TransformJobName"]
    document = {**{key: call.params[key] for key in _KEPT if key in call.params}, "TransformJobStatus": "InProgress"}
    arn = TRANSFORM.create(call, document)
    run_job(call.cloud, call.scope, TRANSFORM.kind, name, TransformJob(call.cloud, call.scope, name).run)
    return {"TransformJobArn": arn}


@operation("DescribeTransformJob")
def describe_transform_job(call: Call) -> Document:
    """Return a job."""
    return public(TRANSFORM.find(call.cloud, call.scope, call.params["TransformJobName"]))


@operation("ListTransformJobs")
def list_transform_jobs(call: Call) -> Document:
    """Return one page of jobs, the newest first."""
    return list_jobs(call, TRANSFORM, _SUMMARY)


@operation("StopTransformJob")
def stop_transform_job(call: Call) -> None:
    """Ask a running job to stop; its outputs are not stored."""
    stop_job(call, TRANSFORM, lambda _: {"TransformJobStatus": "Stopping"})


def _check(call: Call) -> None:
    find_model(call.cloud, call.scope, call.params["ModelName"])
    instances = call.params["TransformResources"]["InstanceCount"]
    if instances > 1:
        raise ValidationError(f"InstanceCount {instances}: the local cloud runs transform jobs on one instance.")
    _check_input(call.params["TransformInput"], instances)
    parse_s3_uri(call.params["TransformOutput"]["S3OutputPath"])
    _check_payloads(call.params)
    data_processing_of(call.params)
    if "DataCaptureConfig" in call.params:
        raise ValidationError("DataCaptureConfig: captured data of transform jobs is not served by the local cloud.")


def _check_input(given: Any, instances: int) -> None:
    source = given["DataSource"]["S3DataSource"]
    check_s3_source({**source, "S3CompressionType": given.get("CompressionType", "None")}, "TransformInput", instances)
    split = given.get("SplitType", "None")
    if split not in ("None", "Line"):
        raise ValidationError(f"TransformInput: SplitType {split} is not served by the local cloud; use None or Line.")


def _check_payloads(params: Document) -> None:
    settings = settings_of(params, {})
    total = settings.concurrent * settings.payload_mb
    if total > LARGEST_MB:
        raise ValidationError(
            f"MaxConcurrentTransforms * MaxPayloadInMB must not exceed {LARGEST_MB} MB, got {total} MB."
        )
