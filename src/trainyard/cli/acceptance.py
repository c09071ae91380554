"""`trainyard acceptance`: golden customers ask the live endpoint."""

import json as json_format
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from trainyard import aws
from trainyard.acceptance import Acceptance, accept, record
from trainyard.cli.release import clients_of, table_of
from trainyard.cli.session import Json, Session, Stack, console
from trainyard.environment import Environment
from trainyard.errors import TrainyardError
from trainyard.registry import caller
from trainyard.registry.archive import Place, stamp
from trainyard.release.golden import load_golden
from trainyard.release.overview import overview
from trainyard.release.package import container_of_model


def acceptance(
    service: Annotated[str | None, typer.Argument(help="One model service; otherwise all of them.")] = None,
    golden: Annotated[Path | None, typer.Option(help="Golden requests, otherwise those of the service's package.")] = (
        None
    ),
    latency_limit_ms: Annotated[
        float | None, typer.Option(help="Fail when the median latency is over this; the network counts too.", min=0)
    ] = None,
    stack: Stack = "dev",
    json: Json = False,
) -> None:
    """Send the golden requests to the live endpoint; fail, with the request named, where an answer is wrong.

    The result is kept with the releases, for `model promote` asks for it; that of other requests (--golden) is not.
    """
    names = [service] if service else Environment.load(stack, aws.client("ssm")).platform.services
    found = [_accept(Session(stack, name), golden, latency_limit_ms) for name in names]
    if json:
        typer.echo(json_format.dumps({"environment": stack, "services": [one.document() for one in found]}))
    else:
        out = console()
        for one in found:
            out.print(answers_table(one, stack))
    wrong = [f"{one.service}: {failure}" for one in found for failure in one.failures]
    if wrong:
        raise TrainyardError(
            f"{len(wrong)} golden requests were not answered as they must be: {'; '.join(wrong)}",
            where=", ".join(f"endpoint {one.endpoint}" for one in found if one.failures),
            cure="Promotion stops here; `trainyard status` says what is live, `trainyard release rollback` goes back",
        )


def _accept(session: Session, golden: Path | None, limit: float | None) -> Acceptance:
    clients = clients_of(session)
    live = overview(session.platform, session.service, clients, table_of(session))
    if live.endpoint_status != "InService":
        raise TrainyardError(
            f"Endpoint {live.endpoint} is {live.endpoint_status}, not InService, so nobody can be served",
            where=f"model service {live.service} in environment {session.platform.environment}",
            cure="Wait until what changes it has ended; `trainyard status` shows it",
        )
    found = accept(
        clients.runtime,
        service=live.service,
        endpoint=live.endpoint,
        version=live.live_version,
        suite=load_golden(live.service, golden),
        latency_limit_ms=limit,
    )
    if golden is None:
        _keep(session, found, live.endpoint_config_name)
    return found


def _keep(session: Session, found: Acceptance, config_name: str) -> None:
    """Record the result with what it was about."""
    sagemaker, platform = session.client("sagemaker"), session.platform
    config = sagemaker.describe_endpoint_config(EndpointConfigName=config_name)
    container = container_of_model(sagemaker, config["ProductionVariants"][0]["ModelName"])
    kept = record.record_of(
        found,
        endpoint_config_name=config_name,
        config_created=config["CreationTime"],
        archive=stamp(Place.of(container.model_data_url, platform.account, session.client("s3"))),
        at=datetime.now(UTC),
        by=caller(session.client("sts")),
    )
    record.write(kept, found.service, platform.deployments_table, session.client("dynamodb"))


def answers_table(one: Acceptance, environment: str) -> Table:
    """Return the answers of one service as a table."""
    title = f"{one.service} in {environment}: version {one.version}, median latency {one.latency_p50_ms:.0f} ms"
    table = Table("golden request", "answer", "latency", title=title, title_justify="left")
    for answer in one.answers:
        told = "\n".join(f"[red]{escape(problem)}[/]" for problem in answer.problems) or "[green]as expected[/]"
        table.add_row(answer.name, told, f"{answer.latency_ms:.0f} ms")
    return table


def register(app: typer.Typer) -> None:
    """Add the command to the root."""
    app.command()(acceptance)
