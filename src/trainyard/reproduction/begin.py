"""A reproduction started: a pipeline of its own, cut from the recorded definition, with the recorded parameters."""

import secrets
from dataclasses import dataclass
from typing import Any

from pipelines.deployment import current
from pipelines.image import image_by_digest
from pipelines.launch import Clients
from pipelines.orders import check_orders
from pipelines.parameters import IMAGE_URI, ORDERS_URI, RUN, STARTED_BY, TRAINING_INSTANCE_TYPE
from pipelines.run_record import sha256
from stacks.outputs import PlatformOutputs, ServiceOutputs
from trainyard.reproduction.origin import Recorded


@dataclass(frozen=True, kw_only=True)
class Begun:
    """A reproduction on its way."""

    run: str
    execution_arn: str


def begin(asked: Recorded, platform: PlatformOutputs, service: ServiceOutputs, *, by: str, clients: Clients) -> Begun:
    """Start the jobs that made a version again; nothing will be registered.

    Args:
        asked: the version's record.
        platform: of the environment that it was trained in.
        service: its model service.
        by: who asks.
        clients: of the environment.

    Raises:
        RunRefused: the recorded orders or image are gone.
    """
    given = dict(asked.run.parameters)
    # A run that took what a database had asked for the history, and the registry knows what of it that was.
    given[ORDERS_URI] = asked.version.metadata.get("orders_uri", given[ORDERS_URI])
    # A run that AWS had no instances for went on with another type than it was started with.
    if trained_on := asked.version.metadata.get("instance_type"):
        given[TRAINING_INSTANCE_TYPE] = trained_on
    check_orders(given[ORDERS_URI], clients.s3)
    image_by_digest(service.repository_url, service.name, given[IMAGE_URI], "image of the record", clients.ecr)
    pipeline = pipeline_name(service.pipeline_name, asked.making.definition)
    if current(pipeline, clients.sagemaker) is None:
        _create(pipeline, asked, platform, service, clients.sagemaker)
    run = f"{asked.run.run}-again-{secrets.token_hex(3)}"
    parameters = {**given, RUN: run, STARTED_BY: by}
    started = clients.sagemaker.start_pipeline_execution(
        PipelineName=pipeline,
        PipelineExecutionDisplayName=run,
        PipelineParameters=[{"Name": name, "Value": value} for name, value in parameters.items()],
    )
    return Begun(run=run, execution_arn=started["PipelineExecutionArn"])


def pipeline_name(pipeline: str, definition: str) -> str:
    """Return the name of what redoes a pipeline's models: by its content, so that two of them never mix."""
    return f"{pipeline}-again-{sha256(definition)[:10]}"


def _create(name: str, asked: Recorded, platform: PlatformOutputs, service: ServiceOutputs, sagemaker: Any) -> None:
    tags = {
        "managed-by": "trainyard-pipeline",
        "trainyard-environment": platform.environment,
        "trainyard-service": service.name,
    }
    sagemaker.create_pipeline(
        PipelineName=name,
        PipelineDescription=f"Makes models of {service.name} again, and registers none; cut from definition "
        f"{asked.run.definition_sha256}",
        PipelineDefinition=asked.making.definition,
        RoleArn=platform.roles.pipeline,
        Tags=[{"Key": key, "Value": value} for key, value in tags.items()],
    )
