"""`trainyard shadow`: try a version beside the live one on copies of real requests; nothing switches."""

import getpass
import json as json_format
import time
from datetime import UTC, datetime
from typing import Annotated

import typer
from rich.markup import escape

from trainyard.cli.release import clients_of, table_of
from trainyard.cli.session import Json, Poll, Service, Session, Stack, console
from trainyard.errors import RolledBack, TrainyardError, UsageError
from trainyard.shadow.answers import compared
from trainyard.shadow.begin import begin, unfinished
from trainyard.shadow.comparison import compare
from trainyard.shadow.decide import Action
from trainyard.shadow.drive import Driver
from trainyard.shadow.measured import measure
from trainyard.shadow.plan import VARIANT
from trainyard.shadow.prepare import Wish, look
from trainyard.shadow.record import ShadowRecord
from trainyard.shadow.table import ShadowTable
from trainyard.shadow.view import comparison_table, outlook_table

app = typer.Typer(
    help="Shadows: a version answers copies of real requests beside the live one, and nobody gets its answers.",
    no_args_is_help=True,
)


@app.command()
def start(
    service: Service,
    model_version: Annotated[int, typer.Option("--model-version", "--version", help="Version of the registry to try.")],
    percent: Annotated[int, typer.Option(help="Share of the requests that are copied.", min=1, max=100)] = 100,
    instances: Annotated[int, typer.Option(help="Instances of the shadow, of production's type.", min=1)] = 1,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show the plan and the preflight; change nothing.")
    ] = False,
    stack: Stack = "dev",
    poll_seconds: Poll = 2.0,
) -> None:
    """Try a version beside the live one; a start that was cut off goes on."""
    session, out, now = Session(stack, service), console(), datetime.now(UTC)
    record = unfinished(service, model_version, table_of(session), _shadows(session))
    if record is None:
        wish = Wish(version=model_version, percent=percent, instances=instances, started_by=getpass.getuser())
        outlook = look(session.platform, session.service, clients_of(session), table_of(session), wish, now)
        record = None if dry_run else begin(outlook, _shadows(session), now)
        out.print(outlook.plan.title[0].upper() + outlook.plan.title[1:], style="bold")
        out.print(outlook_table(outlook))
        if outlook.problems:
            raise UsageError(f"This shadow would be refused: {'; '.join(outlook.problems)}")
    if record and not dry_run:
        _bring_up(session, record, poll_seconds)
    else:
        what = f"the start of {record.plan.shadow_id} would go on" if record else "the preflight holds"
        out.print(f"Dry run: {what}; nothing was changed")


@app.command()
def report(service: Service, stack: Stack = "dev", json: Json = False) -> None:
    """Compare the shadow with production: requests, errors, latency and, where data is captured, the answers."""
    session = Session(stack, service)
    record = _open(session, service)
    plan, since, now = record.plan, record.running_since, time.time()
    if since is None:
        raise UsageError(
            f"The {plan.title} is {record.phase} and has not run yet",
            cure=f"Go on with `trainyard shadow start {service} --model-version {plan.version}`, or stop it",
        )
    production, shadow = (
        measure(session.client("cloudwatch"), plan, name, since, now) for name in (plan.variant_name, VARIANT)
    )
    one = compare(record, now, production, shadow, compared(session.client("s3"), plan, since, now))
    if json:
        typer.echo(json_format.dumps(one.document()))
        return
    console().print(comparison_table(one))
    for told in one.too_little:
        console().print(f"[yellow]Too little to judge:[/] {escape(told)}")


@app.command()
def stop(service: Service, stack: Stack = "dev", poll_seconds: Poll = 2.0) -> None:
    """Take the shadow away: the endpoint goes back to exactly the config that was live before."""
    session = Session(stack, service)
    if _shadows(session).get(service) is None:
        console().print(f"Nothing to do: {service} has no shadow")
        return
    record = _shadows(session).stop(_open(session, service))
    _drive(session, record, poll_seconds)
    plan = record.plan
    console().print(f"[green]Stopped:[/] {plan.endpoint_name} serves {plan.live_config_name}, without a shadow")


def _bring_up(session: Session, record: ShadowRecord, poll_seconds: float) -> None:
    plan = record.plan
    record, there = _drive(session, record, poll_seconds)
    if there:
        console().print(
            f"[green]Running:[/] {plan.service} version {plan.version} beside {plan.live_config_name}; "
            f"`trainyard shadow report {plan.service}` compares them"
        )
        return
    kind = RolledBack if record.undone else TrainyardError
    raise kind(
        f"The {plan.title} was given up: {record.reason or 'another command stopped it'}",
        where=f"endpoint {plan.endpoint_name}, which serves {plan.live_config_name} as before",
        cure="What it had created is removed; mend the cause and start it again",
    )


def _drive(session: Session, record: ShadowRecord, poll_seconds: float) -> tuple[ShadowRecord, bool]:
    told: list[str] = []

    def show(action: Action) -> None:
        if action.text not in told[-1:]:  # a wait is shown once, however long it takes
            console().print(f"  {escape(action.text)}", highlight=False, soft_wrap=True)
        told.append(action.text)

    driver = Driver(
        sagemaker=session.client("sagemaker"), table=_shadows(session), poll_seconds=poll_seconds, show=show
    )
    try:
        return driver.run(record)
    except KeyboardInterrupt:
        command = "start" if record.phase == "starting" else "stop"
        raise TrainyardError(
            f"Interrupted; the {record.plan.title} stays {record.phase}, and SageMaker goes on with what it was asked",
            cure=f"Run `trainyard shadow {command}` again to go on, or `trainyard shadow stop` to take it away",
        ) from None


def _open(session: Session, service: str) -> ShadowRecord:
    record = _shadows(session).get(service)
    if record is None:
        raise UsageError(
            f"{service} has no shadow", cure=f"`trainyard shadow start {service} --model-version N` starts one"
        )
    return record


def _shadows(session: Session) -> ShadowTable:
    return ShadowTable(session.client("dynamodb"), session.platform.deployments_table)
