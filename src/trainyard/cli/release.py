"""`trainyard release`: put a model live, go back, and see what was done."""

import getpass
import json as json_format
import socket
import uuid
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from stacks.outputs import StrategyType
from trainyard.cli.session import Json, Poll, Service, Session, Stack, console
from trainyard.errors import TrainyardError, UsageError
from trainyard.release.begin import begin, look, refuse_second
from trainyard.release.clients import Clients, connect
from trainyard.release.conflict import SHADOW_PREFIX, ShadowOpen
from trainyard.release.driver import Driver, let_go
from trainyard.release.outlook_view import outlook_table
from trainyard.release.prepare import Wish, prepare
from trainyard.release.record import Record
from trainyard.release.table import DeploymentTable
from trainyard.release.view import ReleaseView, document, history_table, live_line, raise_unless_live

app = typer.Typer(
    help="Releases: all at once, by canary, by linear steps or rolling, undone by their alarms.", no_args_is_help=True
)

Strategy = Annotated[StrategyType | None, typer.Option(help="How traffic moves; otherwise as the stack file says.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Show the plan and the preflight; change nothing.")]
RECENT = timedelta(minutes=10)
"""How long after its end a release is still what `resume` meant: the environment's function may have been faster."""

Golden = Annotated[Path | None, typer.Option(help="Golden requests, otherwise those of the service's package.")]


@app.command()
def start(
    service: Service,
    model_version: Annotated[
        int | None, typer.Option("--model-version", "--version", help="Version of the registry to put live.")
    ] = None,
    same_model: Annotated[
        bool, typer.Option("--same-model", help="Keep the model; apply the dials of the stack file.")
    ] = False,
    strategy: Strategy = None,
    golden: Golden = None,
    dry_run: DryRun = False,
    stack: Stack = "dev",
    poll_seconds: Poll = 2.0,
) -> None:
    """Release a version of a model, or the stack file's dials with the model that is live."""
    if (model_version is None) != same_model:
        raise UsageError(
            "A release needs either --model-version N or --same-model",
            cure=f"`trainyard model list {service}` shows the versions",
        )
    version = "" if model_version is None else str(model_version)
    wish = Wish(
        kind="config" if same_model else "model",
        version=version,
        strategy=strategy,
        golden=golden,
        started_by=getpass.getuser(),
    )
    _release(Session(stack, service), wish, dry_run=dry_run, poll_seconds=poll_seconds)


@app.command()
def rollback(
    service: Service,
    to: Annotated[str, typer.Option(help="Version that was live before; otherwise the one before the present.")] = "",
    strategy: Strategy = None,
    golden: Golden = None,
    dry_run: DryRun = False,
    stack: Stack = "dev",
    poll_seconds: Poll = 2.0,
) -> None:
    """Go back to a version that was live before, all at once unless told otherwise."""
    wish = Wish(kind="rollback", version=to, strategy=strategy, golden=golden, started_by=getpass.getuser())
    _release(Session(stack, service), wish, dry_run=dry_run, poll_seconds=poll_seconds)


@app.command()
def resume(service: Service, stack: Stack = "dev", poll_seconds: Poll = 2.0) -> None:
    """Continue the open release of a service whose driver is gone, or watch the driver that has taken it over.

    A release that another driver has just closed is told as if this one had.
    """
    session = Session(stack, service)
    table = table_of(session)
    release_id = table.open_release(service)
    if release_id is None:
        closed = just_closed(table.releases(service, limit=1), datetime.now(UTC))
        if closed is None:
            raise UsageError(
                f"No release of {service} is open", cure=f"`trainyard release list {service}` shows the past ones"
            )
        console().print(f"Closed already: the {closed.plan.title} ({closed.plan.release_id})")
        _tell(closed)
        return
    if release_id.startswith(SHADOW_PREFIX):
        raise ShadowOpen(service, release_id)
    record = table.get(service, release_id)
    if record is None:
        raise TrainyardError(f"The lock names {release_id}, which has no record", where="the deployments table")
    console().print(f"Continuing the {record.plan.title} ({release_id})")
    _drive(session, record, poll_seconds)


@app.command(name="list")
def list_(
    service: Service,
    limit: Annotated[int, typer.Option(help="At most so many, the newest first.", min=1, max=100)] = 20,
    stack: Stack = "dev",
    json: Json = False,
) -> None:
    """List the releases of a service with their outcomes, the newest first."""
    records = table_of(Session(stack, service)).releases(service, limit)
    if json:
        typer.echo(json_format.dumps([document(record) for record in records]))
        return
    if not records:
        console().print(f"No release of {service} yet; `trainyard release start {service} --model-version N` makes one")
        return
    console().print(history_table(service, records))


def clients_of(session: Session) -> Clients:
    """Return the clients that a release works with, in the environment's region."""
    return connect(session.platform.region)


def table_of(session: Session) -> DeploymentTable:
    """Return the environment's deployments table."""
    return DeploymentTable(session.client("dynamodb"), session.platform.deployments_table)


def _release(session: Session, wish: Wish, *, dry_run: bool, poll_seconds: float) -> None:
    clients, table, now = clients_of(session), table_of(session), datetime.now(UTC)
    refuse_second(session.service.name, table)
    outlook = look(prepare(session.platform, session.service, clients, table, wish, now), clients, table)
    out = console()
    if outlook.already_live:
        out.print(f"Nothing to do: {outlook.plan.endpoint_name} serves exactly this ({outlook.plan.config_name})")
        return
    record = None if dry_run else begin(outlook, table, now)
    out.print(outlook.plan.title[0].upper() + outlook.plan.title[1:], style="bold")
    out.print(outlook_table(outlook))
    if record:
        _drive(session, record, poll_seconds)
    elif outlook.problems:
        raise UsageError(f"This release would be refused: {'; '.join(outlook.problems)}")
    else:
        out.print("Dry run: the preflight holds; nothing was changed")


def _drive(session: Session, record: Record, poll_seconds: float) -> None:
    plan = record.plan
    with ReleaseView(console()) as view:
        driver = Driver(
            clients=clients_of(session),
            table=table_of(session),
            owner=f"{getpass.getuser()}@{socket.gethostname()}/{uuid.uuid4().hex[:8]}",
            poll_seconds=poll_seconds,
            show=view.show,
        )
        try:
            record = driver.run(plan.service, plan.release_id)
        except KeyboardInterrupt:
            let_go(driver, plan.service, plan.release_id)
            raise TrainyardError(
                f"Interrupted; the {plan.title} stays open, and SageMaker goes on with what it was asked to do",
                cure=f"Continue it with `trainyard release resume {plan.service}`",
            ) from None
    _tell(record)


def just_closed(newest: Sequence[Record], now: datetime) -> Record | None:
    """Return the newest release if it was closed within `RECENT`, else None."""
    for record in newest[:1]:
        if record.finished and now - datetime.fromisoformat(record.finished) <= RECENT:
            return record
    return None


def _tell(record: Record) -> None:
    """Say how a closed release ended: the same words and exit code whoever drove it."""
    plan, out = record.plan, console()
    if record.progress.live_answers:
        out.print(f"  {escape(live_line(record.progress.live_answers))}", soft_wrap=True)
    raise_unless_live(record)
    out.print(f"[green]Live:[/] {plan.service} version {plan.version} on {plan.endpoint_name} ({plan.config_name})")
