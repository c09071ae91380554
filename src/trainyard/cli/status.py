"""`trainyard status`: an environment at a glance."""

import json as json_format
from typing import Annotated, Any

import typer
from rich.markup import escape
from rich.table import Table

from trainyard import aws
from trainyard.cli.release import clients_of, table_of
from trainyard.cli.session import Json, Session, Stack, console
from trainyard.environment import Environment
from trainyard.release.overview import Overview, overview

_COLOURS = {"InService": "green", "OK": "green", "ALARM": "red", "Failed": "red", "Missing": "red"}


def status(
    service: Annotated[str | None, typer.Argument(help="One model service; otherwise all of them.")] = None,
    stack: Stack = "dev",
    json: Json = False,
) -> None:
    """Show what is live, how it is, what is being released, and which dials wait for a release."""
    environment = Environment.load(stack, aws.client("ssm"))
    platform = environment.platform
    found: list[Overview] = []
    for name in [service] if service else platform.services:
        session = Session(stack, name)
        found.append(overview(platform, session.service, clients_of(session), table_of(session)))
    if json:
        document: dict[str, Any] = {
            "environment": platform.environment,
            "account": platform.account,
            "region": platform.region,
            "services": {one.service: one.document() for one in found},
        }
        typer.echo(json_format.dumps(document))
        return
    out = console()
    out.print(f"[bold]{platform.environment}[/]  account {platform.account}, {platform.region}")
    for one in found:
        out.print()
        out.print(service_table(one))


def register(app: typer.Typer) -> None:
    """Add the command to the root."""
    app.command()(status)


def service_table(one: Overview) -> Table:
    """Return one service as a table of two columns."""
    table = Table(title=one.service, title_justify="left", show_header=False)
    table.add_column(style="bold", no_wrap=True)
    table.add_column(overflow="fold")
    table.add_row("live version", f"{one.live_version}  {one.release}".strip())
    table.add_row("endpoint", f"{one.endpoint}  {_coloured(one.endpoint_status)}")
    traffic = f"all to {one.endpoint_config_name}"
    table.add_row("traffic", f"{traffic}, moving to {one.pending_config}" if one.pending_config else traffic)
    table.add_row("instances", f"{one.instances} (between {one.minimum_instances} and {one.maximum_instances})")
    table.add_row("alarms", "\n".join(f"{_coloured(state)} {name}" for name, state in sorted(one.alarms.items())))
    if one.open_release:
        opened = one.open_release
        step = escape(opened["step"] or "just started")
        table.add_row("open release", f"{opened['release']}: version {opened['version']}, {step}")
    if one.shadow:
        told = f"version {one.shadow['version']} {one.shadow['phase']}, copies of {one.shadow['percent']} % of requests"
        table.add_row("shadow", f"{told}; `trainyard shadow report {one.service}`")
    for dial in one.waiting_dials:
        table.add_row("waiting dial", escape(f"{dial.name}: {dial.live} is live, the stack file says {dial.wanted}"))
    if one.waiting_dials:
        table.add_row("", f"apply with `trainyard release start {one.service} --same-model`")
    for release in one.last_releases:
        told = f"{release['release']}: version {release['version']} {release['status']}"
        table.add_row("release", f"{told}, tripped {release['alarm']}" if release["alarm"] else told)
    return table


def _coloured(state: str) -> str:
    return f"[{_COLOURS.get(state, 'yellow')}]{state}[/]"
