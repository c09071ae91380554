"""A rendered definition put in place: kept in the artifacts bucket by its hash, and made the pipeline's current one."""

import json
from dataclasses import dataclass
from typing import Any, Literal

from botocore.exceptions import ClientError

from pipelines.rendering import RenderedPipeline
from pipelines.run_layout import definition_key
from stacks.outputs import PlatformOutputs, ServiceOutputs


@dataclass(frozen=True, kw_only=True)
class Deployment:
    """What a deployment did."""

    pipeline: str
    sha256: str
    definition_uri: str
    change: Literal["created", "updated", "unchanged"]


def deploy(
    rendered: RenderedPipeline, platform: PlatformOutputs, service: ServiceOutputs, *, sagemaker: Any, s3: Any
) -> Deployment:
    """Keep the definition and create or update the pipeline; the same definition and role again change nothing."""
    key = definition_key(service.name, rendered.sha256)
    change = _change(rendered, platform, service, sagemaker)
    if change != "unchanged":
        _keep(rendered, platform, key, s3)
        _put(rendered, platform, service, sagemaker, new=change == "created")
    return Deployment(
        pipeline=service.pipeline_name,
        sha256=rendered.sha256,
        definition_uri=f"s3://{platform.buckets.artifacts}/{key}",
        change=change,
    )


def current(pipeline: str, sagemaker: Any) -> dict[str, Any] | None:
    """Return what DescribePipeline answers, or None where there is no such pipeline."""
    try:
        return sagemaker.describe_pipeline(PipelineName=pipeline)
    except ClientError as error:
        # AWS says ResourceNotFound; emulators answer like SageMaker's other describe operations.
        if error.response["Error"]["Code"] in ("ResourceNotFound", "ValidationException"):
            return None
        raise


def _change(
    rendered: RenderedPipeline, platform: PlatformOutputs, service: ServiceOutputs, sagemaker: Any
) -> Literal["created", "updated", "unchanged"]:
    live = current(service.pipeline_name, sagemaker)
    if live is None:
        return "created"
    same = json.loads(live["PipelineDefinition"]) == json.loads(rendered.text)
    return "unchanged" if same and live["RoleArn"] == platform.roles.pipeline else "updated"


def _keep(rendered: RenderedPipeline, platform: PlatformOutputs, key: str, s3: Any) -> None:
    s3.put_object(
        Bucket=platform.buckets.artifacts,
        Key=key,
        Body=rendered.text.encode(),
        ContentType="application/json",
        ExpectedBucketOwner=platform.account,
    )


def _put(
    rendered: RenderedPipeline, platform: PlatformOutputs, service: ServiceOutputs, sagemaker: Any, *, new: bool
) -> None:
    pipeline: dict[str, Any] = {
        "PipelineName": service.pipeline_name,
        "PipelineDescription": f"Trains and judges {service.name}; definition {rendered.sha256}",
        "PipelineDefinition": rendered.text,
        "RoleArn": platform.roles.pipeline,
    }
    if not new:
        sagemaker.update_pipeline(**pipeline)
        return
    tags = {"managed-by": "trainyard-pipeline", "trainyard-service": service.name}
    sagemaker.create_pipeline(**pipeline, Tags=[{"Key": key, "Value": value} for key, value in tags.items()])
