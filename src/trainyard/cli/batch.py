"""`trainyard batch`: score many customers with a version that may be live, and see where a file came from."""

import json as json_format
import time
from datetime import UTC, datetime
from functools import partial
from typing import Annotated

import typer

from trainyard import aws
from trainyard.batch.asking import DEFAULT_K, MAXIMUM_K
from trainyard.batch.customers import parse_customers
from trainyard.batch.follow import finish, watch
from trainyard.batch.gate import LIVE
from trainyard.batch.job import describe_job
from trainyard.batch.ledger import Ledger
from trainyard.batch.plan import BatchPlan
from trainyard.batch.prepare import prepare
from trainyard.batch.record import BatchRecord
from trainyard.batch.source import read_source
from trainyard.batch.start import Clients, Started
from trainyard.batch.start import start as start_job
from trainyard.batch.view import batch_table, batches_table, document, show_states
from trainyard.cli.release import table_of
from trainyard.cli.session import Json, Poll, Service, Session, Stack, console
from trainyard.errors import UsageError
from trainyard.registry import caller

app = typer.Typer(
    help="Batch scoring: many customers at once, through the gate of a release and with lineage.", no_args_is_help=True
)

_DETACHED = 130
"""What shells give a command that was interrupted."""


@app.command()
def start(
    service: Service,
    input_: Annotated[
        str,
        typer.Option("--input", help="CSV file with the column customer_id, or its s3:// address.", show_default=False),
    ],
    model_version: Annotated[
        str, typer.Option("--model-version", "--version", help="Version of the registry, or `live`.")
    ] = LIVE,
    k: Annotated[int, typer.Option("--k", help=f"Products a customer, 1 to {MAXIMUM_K}.")] = DEFAULT_K,
    output: Annotated[
        str | None,
        typer.Option(help="Folder for the answers.", show_default="<service>/batch of the artifacts bucket"),
    ] = None,
    detach: Annotated[bool, typer.Option("--detach", help="Start the job and return.")] = False,
    stack: Stack = "dev",
    json: Json = False,
    poll_seconds: Poll = 2.0,
) -> None:
    """Score a list of customers with a SageMaker transform job, and keep what the answers came from.

    Only a version that could be released, or the one that is live, may score. No endpoint is asked, so none of this
    counts as traffic. The same list, version and number of products have one job: starting again follows it, or shows
    what it made, and makes another attempt only after a failure. Ctrl-C stops following; the job goes on.
    """
    session = Session(stack, service)
    clients = _clients(session)
    customers = parse_customers(read_source(input_, clients.s3), input_)
    plan = prepare(
        session.platform,
        session.service,
        customers,
        version=model_version,
        k=k,
        output=output,
        sagemaker=clients.sagemaker,
        table=table_of(session),
    )
    started = start_job(
        plan,
        clients,
        arn_prefix=_arn_prefix(session),
        at=datetime.now(UTC),
        by=caller(session.client("sts")),
    )
    _announce(started)
    if detach:
        _tell(started.record, clients, json=json)
        return
    follow(plan, started.record, clients, poll_seconds, json=json)


@app.command(name="list")
def list_(
    service: Service,
    limit: Annotated[int, typer.Option(help="At most so many, the newest first.", min=1, max=100)] = 20,
    stack: Stack = "dev",
    json: Json = False,
) -> None:
    """List the batches of a service, the newest first."""
    clients = _clients(Session(stack, service))
    rows = [(one, describe_job(clients.sagemaker, one.name)) for one in clients.ledger.newest(service, limit)]
    if json:
        typer.echo(json_format.dumps([document(*row) for row in rows]))
        return
    if not rows:
        console().print(f"No batch of {service} yet; `trainyard batch start {service} --input FILE` makes one")
        return
    console().print(batches_table(service, rows))


@app.command()
def show(
    name: Annotated[str, typer.Argument(help="Name of the job, as `batch list` shows it.", show_default=False)],
    stack: Stack = "dev",
    json: Json = False,
) -> None:
    """Show where a scored file came from: model, data, image, list, who and when; and how its job is."""
    service = name.rpartition(f"-{stack}-batch-")[0]
    clients = _clients(Session(stack, service)) if service else None
    record = clients.ledger.find(service, name) if clients else None
    if clients is None or record is None:
        raise UsageError(
            f"There is no batch {name!r} in {stack}",
            where="the deployments table",
            cure="`trainyard batch list SERVICE` shows those there are",
        )
    _tell(record, clients, json=json)


def follow(plan: BatchPlan, record: BatchRecord, clients: Clients, poll_seconds: float, *, json: bool) -> None:
    """Show a job until it ends, then check its answers; Ctrl-C stops the showing and not the job."""
    try:
        states = watch(clients.sagemaker, record.name, partial(time.sleep, poll_seconds))
        last = show_states(states, console(error=True))
    except KeyboardInterrupt:
        typer.echo(f"\nStopped following; the job goes on. See it with: trainyard batch show {record.name}", err=True)
        raise typer.Exit(_DETACHED) from None
    done = finish(plan, record, last, clients)
    if json:
        typer.echo(json_format.dumps(document(done, last)))
        return
    console().print(f"[green]Scored:[/] {done.customers:,} customers by version {done.version}", highlight=False)
    console().print(f"  {done.output_uri}  sha256 {done.output_sha256}", soft_wrap=True, markup=False)
    console().print(f"  {done.manifest_uri}", soft_wrap=True, markup=False)


def _clients(session: Session) -> Clients:
    return Clients(
        sagemaker=session.client("sagemaker"),
        s3=session.client("s3"),
        ledger=Ledger(session.client("dynamodb"), session.platform.deployments_table),
    )


def _arn_prefix(session: Session) -> str:
    region = session.platform.region
    return f"arn:{aws.partition(region)}:sagemaker:{region}:{session.platform.account}:transform-job/"


def _announce(started: Started) -> None:
    record, out = started.record, console(error=True)
    found = f"was started before, at {record.started} by {record.started_by}" if started.already else "is started"
    out.print(f"Batch {record.name} {found}", soft_wrap=True, markup=False)
    for name, value in (
        ("customers", f"{record.customers:,}, {record.k} products each"),
        ("version", f"{record.version} ({record.model_package_arn})"),
        ("list", f"{record.input} (sha256 {record.input_sha256})"),
        ("answers", record.output_uri),
    ):
        out.print(f"  {name:<10}{value}", soft_wrap=True, markup=False)


def _tell(record: BatchRecord, clients: Clients, *, json: bool) -> None:
    state = describe_job(clients.sagemaker, record.name)
    if json:
        typer.echo(json_format.dumps(document(record, state)))
    else:
        console().print(batch_table(record, state))
