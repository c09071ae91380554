"""`trainyard doctor`: what is there, what is missing, and the cure."""

import json
from dataclasses import asdict
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from trainyard.doctor import Finding, examine

_MARK = {"ok": "[green]ok[/]", "note": "[yellow]note[/]", "missing": "[red]missing[/]"}


def doctor(as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False) -> None:
    """Say what this machine has, what is missing, and the cure. Exit 1 when something needed is missing."""
    findings = examine()
    if as_json:
        typer.echo(json.dumps([asdict(finding) for finding in findings], indent=2))
    else:
        Console().print(_table(findings))
    raise typer.Exit(1 if any(finding.verdict == "missing" for finding in findings) else 0)


def _table(findings: list[Finding]) -> Table:
    table = Table(box=None, pad_edge=False)
    for column in ("", "what", "found", "cure"):
        table.add_column(column, overflow="fold")
    for finding in findings:
        table.add_row(_MARK[finding.verdict], finding.subject, finding.found, finding.cure)
    return table


def register(app: typer.Typer) -> None:
    """Add the command to the root."""
    app.command()(doctor)
