"""A run started: its inputs checked and pinned first, so that a run that cannot work is refused before it costs."""

import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pipelines import accepted
from pipelines.champion import Champion, lay_out, live_champion
from pipelines.deployment import current
from pipelines.errors import RunRefused
from pipelines.image import image_by_digest, newest_image
from pipelines.image_kind import SERVING, jobs_kind
from pipelines.orders import check_orders, history_uri, latest_orders
from pipelines.parameters import (
    ACCEPTED_URI,
    CHAMPION_URI,
    CODE_COMMIT,
    DIALS,
    IMAGE_URI,
    ORDERS_URI,
    RUN,
    SERVING_IMAGE_URI,
    STARTED_BY,
)
from pipelines.run_layout import RunLayout
from pipelines.run_record import RunRecord, canonical, keep_once, sha256
from stacks.outputs import PlatformOutputs, ServiceOutputs


@dataclass(frozen=True, kw_only=True)
class Clients:
    """The boto3 clients that starting a run takes."""

    sagemaker: Any
    s3: Any
    ecr: Any
    dynamodb: Any


@dataclass(frozen=True, kw_only=True)
class RunRequest:
    """What the operator asked for."""

    orders: str | None = None
    """S3 address of the orders; None takes the latest that were imported, or what a database
    has had since the last run."""
    image: str | None = None
    """Tag or reference of the image that the jobs run; None takes the training image pushed last."""
    serving_image: str | None = None
    """The same of the image that is registered with the model; None takes the serving image pushed last."""
    dials: Mapping[str, str]
    """Hyperparameters by name."""
    commit: str = "unknown"
    started_by: str = "unknown"
    """Who asks for it, as AWS knows them (`trainyard.registry.caller`), or what did where nobody was there."""
    run: str = ""
    """Name of the run: whoever gives one starts it once, however often it is asked for; empty makes a name of now."""
    description: str = ""
    """Of the execution: who asks for it, where that is no person."""


@dataclass(frozen=True, kw_only=True)
class StartedRun:
    """A run on its way, and what it was started with."""

    run: str
    execution_arn: str
    orders: str
    image: str
    serving_image: str
    champion: Champion | None


def start(
    request: RunRequest, platform: PlatformOutputs, service: ServiceOutputs, *, clients: Clients, now: datetime
) -> StartedRun:
    """Check the request, lay out the champion and what was accepted last, and start the pipeline.

    Raises:
        RunRefused: the pipeline, the orders, the image or a dial does not exist; nothing was changed.
    """
    parameters = _dial_parameters(request.dials)
    pipeline = current(service.pipeline_name, clients.sagemaker)
    if pipeline is None:
        raise RunRefused(
            f"The pipeline {service.pipeline_name} has not been deployed",
            where=f"SageMaker pipelines of {platform.account} in {platform.region}",
            cure=f"Run `trainyard pipeline deploy {service.name} --stack {platform.environment}`",
        )
    orders = chosen_orders(request, platform, service, clients.s3)
    image, serving_image = _images(request, service, clients.ecr)
    champion = live_champion(
        platform.deployments_table, service.name, dynamodb=clients.dynamodb, sagemaker=clients.sagemaker
    )
    run = request.run or f"{now:%Y%m%dt%H%M%S}-{secrets.token_hex(3)}"
    layout = RunLayout(bucket=platform.buckets.artifacts, service=service.name, run=run)
    parameters |= {
        RUN: run,
        ORDERS_URI: orders,
        IMAGE_URI: image,
        SERVING_IMAGE_URI: serving_image,
        CODE_COMMIT: request.commit,
        STARTED_BY: request.started_by,
        ACCEPTED_URI: accepted.lay_out(layout, platform, clients.s3),
        CHAMPION_URI: lay_out(champion, layout, platform, clients.s3),
    }
    definition = canonical(pipeline["PipelineDefinition"])
    record = RunRecord(
        run=run,
        started_by=request.started_by,
        started_at=now.isoformat(timespec="seconds"),
        pipeline=service.pipeline_name,
        definition_sha256=sha256(definition),
        parameters=parameters,
    )
    record = keep_once(record, definition, layout, platform.account, clients.s3)
    started = clients.sagemaker.start_pipeline_execution(
        PipelineName=service.pipeline_name,
        PipelineExecutionDisplayName=run,
        PipelineParameters=[{"Name": name, "Value": value} for name, value in record.parameters.items()],
        ClientRequestToken=hashlib.sha256(f"{service.pipeline_name}/{run}".encode()).hexdigest(),
        **({"PipelineExecutionDescription": request.description} if request.description else {}),
    )
    return StartedRun(
        run=run,
        execution_arn=started["PipelineExecutionArn"],
        orders=orders,
        image=image,
        serving_image=serving_image,
        champion=champion,
    )


def chosen_orders(request: RunRequest, platform: PlatformOutputs, service: ServiceOutputs, s3: Any) -> str:
    """Return what was asked for; else the newest file, or the history, to which the run itself adds what is new."""
    if request.orders:
        return check_orders(request.orders, s3)
    if service.source.type == "database":
        return history_uri(platform.buckets.features, service.name)
    return latest_orders(platform.buckets.raw, service.name, s3)


def _images(request: RunRequest, service: ServiceOutputs, ecr: Any) -> tuple[str, str]:
    """Return the jobs' image and the one to serve with; asking for one does not change the other."""
    asked = (
        (request.image, "--image", jobs_kind(service.training.instance_type)),
        (request.serving_image, "--serving-image", SERVING),
    )
    url = service.repository_url
    jobs, serving = (
        image_by_digest(url, service.name, name, option, ecr) if name else newest_image(url, service.name, kind, ecr)
        for name, option, kind in asked
    )
    return jobs, serving


def _dial_parameters(dials: Mapping[str, str]) -> dict[str, str]:
    known = {dial.name: dial.parameter for dial in DIALS}
    for name in dials:
        if name not in known:
            raise RunRefused(f"There is no dial {name!r} to set", where="--set", cure=f"Use one of: {', '.join(known)}")
    return {known[name]: value for name, value in dials.items()}
