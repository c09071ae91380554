"""`trainyard data snapshot | log | diff | checkout`: versions of a service's orders in git and DVC."""

import json as json_format
import subprocess
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from trainyard.cli.session import Json, Service, Session, Stack, console
from trainyard.data.versions import Comparison, DvcProject, Version
from trainyard.errors import UsageError

Named = Annotated[str, typer.Argument(help="A git revision, or the first digits of a data hash.", show_default=False)]


def snapshot(service: Service, stack: Stack = "dev", json: Json = False) -> None:
    """Write the pointer of the newest snapshot, and send its data to the environment's bucket.

    Commit the pointer: it is how the data of any moment is found again. The same snapshot gives the same pointer, so
    there is nothing to commit where nothing has changed.
    """
    from trainyard.data import versions

    session = Session(stack, service)
    project = _project(session)
    folder = project.root / "data" / service / "orders"
    origin = versions.fetch_newest(session.platform, session.service, folder, session.client("s3"))
    pointer = versions.track(project, service, origin)
    if json:
        typer.echo(json_format.dumps({"pointer": versions.pointer_path(service), **asdict(pointer)}))
        return
    console().print(f"{versions.pointer_path(service)}: {pointer.rows:,} order lines, data hash {pointer.data_hash}")
    console().print("Next: git add data && git commit", soft_wrap=True)


def log(service: Service, json: Json = False) -> None:
    """List the versions of a service's orders that git knows, newest first."""
    from trainyard.data import versions

    found = versions.log(_root(), service)
    if json:
        typer.echo(json_format.dumps([{"commit": v.commit, "date": v.date, **asdict(v.pointer)} for v in found]))
        return
    table = Table("commit", "committed", "data hash", "rows", "customers", "last order")
    for version in found:
        told = version.pointer
        table.add_row(
            version.commit[:12],
            version.date[:10],
            told.data_hash[:12],
            f"{told.rows:,}",
            f"{told.customers:,}",
            told.last_order[:10],
        )
    console().print(table)


def diff(service: Service, before: Named, after: Named, stack: Stack = "dev", json: Json = False) -> None:
    """Say how two versions differ: rows, customers, days, months, and columns that were changed."""
    from trainyard.data import versions
    from trainyard.data.versions.describing import orders_of

    project = _project(Session(stack, service))
    tables = []
    for version in (versions.find(project.root, service, asked) for asked in (before, after)):
        with versions.fetch(project, version) as folder:
            tables.append(orders_of(folder))
    compared = versions.compare(*tables)
    if json:
        typer.echo(json_format.dumps(asdict(compared)))
    else:
        console().print(_comparison(compared))


def checkout(service: Service, version: Named, stack: Stack = "dev") -> None:
    """Put the data of a version into data/SERVICE/orders, with its pointer beside it."""
    from trainyard.data import versions

    project = _project(Session(stack, service))
    found: Version = versions.find(project.root, service, version)
    folder = versions.bring(project, service, found)
    console().print(
        f"{folder}: {found.pointer.rows:,} order lines, data hash {found.pointer.data_hash}", soft_wrap=True
    )


def _comparison(compared: Comparison) -> Table:
    table = Table("", "before", "after")
    table.add_row("rows", *(f"{count:,}" for count in compared.rows))
    table.add_row("customers", *(f"{count:,}" for count in compared.customers))
    table.add_row("customers that only this one has", f"{compared.gone_customers:,}", f"{compared.new_customers:,}")
    table.add_row("days", *compared.days)
    for month, before, after in compared.months:
        table.add_row(f"rows of {month}", f"{before:,}", f"{after:,}")
    table.add_row("columns changed in the days of both", ", ".join(compared.columns) or "none", "")
    return table


def _project(session: Session) -> DvcProject:
    from trainyard.data.versions import DvcProject

    project = DvcProject.of(_root(), console(error=True).print)
    project.use_remote(f"s3://{session.platform.buckets.features}/dvc")
    return project


def _root() -> Path:
    found = subprocess.run(("git", "rev-parse", "--show-toplevel"), capture_output=True, text=True, check=False)
    if found.returncode:
        raise UsageError("This is no git repository", where=str(Path.cwd()), cure="Run it in a checkout of the project")
    return Path(found.stdout.strip())


def register(app: typer.Typer) -> None:
    """Add the commands to `trainyard data`."""
    for command in (snapshot, log, diff, checkout):
        app.command()(command)
