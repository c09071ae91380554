"""`trainyard preview`: what `up` would change, as a report for the one who approves it."""

import os
import sys
import tempfile
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from trainyard.cli.provisioning import Refresh, provision
from trainyard.cli.session import Stack
from trainyard.errors import UsageError
from trainyard.preview import Format, Report, render
from trainyard.preview.assembling import assemble
from trainyard.preview.engine import preview as ask_engine
from trainyard.preview.rendering.terminal import table
from trainyard.preview.verdict import counted
from trainyard.provision import Provision


def preview(
    stack: Stack = "dev",
    format: Annotated[Format, typer.Option("--format", "-f", help="How to write the report.")] = Format.TABLE,
    output: Annotated[Path | None, typer.Option("--output", "-o", help="Write it to this file.")] = None,
    refresh: Refresh = False,
    expect_no_changes: Annotated[bool, typer.Option(help="Fail when anything would change.")] = False,
) -> None:
    """Show what `up` would change: what is lost first, then updates, creations, rules and monthly cost.

    Exit codes: 0 done; 1 a rule is broken, something protected would be deleted, or, with --expect-no-changes, anything
    would change (the report is written first); also 1 when the engine or the program fails; 2 usage or configuration.
    """
    if output and not output.absolute().parent.is_dir():
        raise UsageError(f"There is no folder {output.absolute().parent}", where="--output", cure="Make it first")
    report = _report(provision(stack), refresh=refresh)
    _write(report, format, output)
    reasons = failures(report, expect_no_changes=expect_no_changes)
    for reason in reasons:
        typer.echo(reason, err=True)
    raise typer.Exit(1 if reasons else 0)


def failures(report: Report, *, expect_no_changes: bool) -> list[str]:
    """Return why a preview ends with 1, in sentences."""
    found: list[str] = []
    if report.policy.violations:
        found.append(f"Failed: {counted(len(report.policy.violations), 'rule violation')}.")
    if report.refusals:
        found.append("Failed: something protected would be deleted.")
    if expect_no_changes and report.changes:
        found.append(f"Failed: no changes were expected, and {counted(report.changes, 'resource')} would change.")
    return found


def _report(environment: Provision, *, refresh: bool) -> Report:
    console = Console(stderr=True)
    text = f"Previewing {environment.environment}{', reading what exists first' if refresh else ''} …"
    roots = [str(environment.project), str(Path.cwd()), str(Path.home()), sys.prefix, tempfile.gettempdir()]
    settings = environment.select()
    if not console.is_terminal:
        typer.echo(text, err=True)
    with console.status(text):  # prints nothing where there is no terminal
        document = ask_engine(environment, refresh=refresh, roots=roots)
    return assemble(document, settings, environment.environment, roots)


def _write(report: Report, format: Format, output: Path | None) -> None:
    if output:
        output.write_text(render(report, format), encoding="utf-8")
        typer.echo(f"{report.environment}: {report.verdict.text} The report is in {output}.", err=True)
    elif format is Format.TABLE and sys.stdout.isatty() and "NO_COLOR" not in os.environ:
        Console(highlight=False).print(table(report))
    else:
        sys.stdout.write(render(report, format))


def register(app: typer.Typer) -> None:
    """Add the command to the root."""
    app.command()(preview)
