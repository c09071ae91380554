"""`trainyard model reproduce`: a registered version made once more from its record."""

import json as json_format
import time
from collections.abc import Callable
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Annotated

import typer

from pipelines.errors import PipelineError
from pipelines.execution import watch
from pipelines.launch import Clients
from trainyard.cli.pipeline_progress import show_progress
from trainyard.cli.session import Json, Poll, Service, Session, Stack, console
from trainyard.errors import TrainyardError, UsageError
from trainyard.registry import caller, find_version
from trainyard.reproduction import Begun, Comparison, Recorded, begin, keep, recorded
from trainyard.reproduction.conclude import compared, concluded
from trainyard.reproduction.follow import OtherData, follow
from trainyard.reproduction.view import show

Version = Annotated[int, typer.Argument(help="Number of the version, as `model list` shows it.", show_default=False)]


def reproduce(
    service: Service,
    version: Version,
    stack: Stack = "dev",
    execution: Annotated[
        str | None, typer.Option(help="ARN of a reproduction that was begun before: follow it and compare.")
    ] = None,
    poll_seconds: Poll = 1.0,
    json: Json = False,
) -> None:
    """Train a version again from its record, and prove that it gives the same model.

    The recorded data (by hash), image (by digest), hyperparameters and seed go through the recorded steps once more,
    in a pipeline execution that registers nothing. Exit code 0: the archive is byte for byte the same, or, where the
    machine is another, every metric is within 0.1 %. Exit code 1 says what differs. The result is kept with the
    version; `model show` tells it. Ctrl-C stops following; the run goes on.
    """
    session = Session(stack, service)
    clients = Clients(
        sagemaker=session.client("sagemaker"),
        s3=session.client("s3"),
        ecr=session.client("ecr"),
        dynamodb=session.client("dynamodb"),
    )
    found = find_version(session.service.model_package_group, version, clients.sagemaker)
    asked = recorded(service, found, session.platform, clients.s3)
    by = caller(session.client("sts"))
    begun = _resumed(execution, asked, clients) if execution else _begun(asked, session, by, clients)
    console(error=True).print(f"Run {begun.run} makes version {version} again", soft_wrap=True)
    ended = _ended(asked, begun, session, clients, lambda: time.sleep(poll_seconds))
    result = concluded(asked, begun, ended, by=by, at=datetime.now(UTC))
    address = keep(result, asked.layout, session.platform.account, clients.s3)
    if json:
        typer.echo(json_format.dumps({**asdict(result), "kept": address}))
    elif isinstance(ended, Comparison):
        show(ended, console())
    if isinstance(ended, OtherData):
        raise ended
    if not ended.same:
        raise TrainyardError(
            f"Version {version} of {service} was not reproduced: {'; '.join(ended.reasons)}",
            where=address,
            cure="Until that is explained, do not rely on this version's record",
        )


def _begun(asked: Recorded, session: Session, by: str, clients: Clients) -> Begun:
    try:
        return begin(asked, session.platform, session.service, by=by, clients=clients)
    except PipelineError as error:
        raise UsageError(error.what, where=error.where, cure=error.cure) from error


def _resumed(execution: str, asked: Recorded, clients: Clients) -> Begun:
    described = clients.sagemaker.describe_pipeline_execution(PipelineExecutionArn=execution)
    run = str(described.get("PipelineExecutionDisplayName", ""))
    if not run.startswith(f"{asked.run.run}-again-"):
        raise UsageError(
            f"{execution} does not make version {asked.version.version} again, but is run {run or 'without a name'}",
            where="--execution",
            cure="Leave it out to begin a new reproduction",
        )
    return Begun(run=run, execution_arn=execution)


def _ended(
    asked: Recorded, begun: Begun, session: Session, clients: Clients, pause: Callable[[], None]
) -> Comparison | OtherData:
    states = watch(begun.execution_arn, clients.sagemaker, pause)
    expected = asked.version.metadata.get("data_hash", "")
    followed = follow(states, expected, sagemaker=clients.sagemaker, s3=clients.s3)
    try:
        progress = show_progress(followed, console(error=True))
    except OtherData as error:
        return error
    except KeyboardInterrupt:
        typer.echo(f"\nStopped following; the run goes on. Again: --execution {begun.execution_arn}", err=True)
        raise typer.Exit(130) from None
    account = session.platform.account
    return compared(asked, progress, begun.run, account, sagemaker=clients.sagemaker, s3=clients.s3)
