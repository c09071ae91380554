"""`trainyard preview | up | destroy`: the engine, with the settings checked before it starts."""

import os
import sys
from typing import Annotated

import typer

from trainyard.engine import obtain
from trainyard.local.project import find_project
from trainyard.provision import Provision

Stack = Annotated[str, typer.Option("--stack", "-s", envvar="TRAINYARD_STACK", help="Environment: dev, staging, prod.")]
Refresh = Annotated[bool, typer.Option("--refresh", help="Read what really exists first.")]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")]


def _provision(stack: str) -> Provision:
    return Provision(find_project(), stack, obtain(lambda line: typer.echo(line, err=True)), dict(os.environ))


def preview(
    stack: Stack = "dev",
    refresh: Refresh = False,
    expect_no_changes: Annotated[bool, typer.Option(help="Fail when anything would change.")] = False,
) -> None:
    """Show what `up` would change."""
    options = {"--refresh": refresh, "--expect-no-changes": expect_no_changes}
    arguments = ["--suppress-outputs", *(option for option, wanted in options.items() if wanted)]
    if not sys.stdout.isatty():
        arguments.append("--suppress-progress")
    raise typer.Exit(_provision(stack).run("preview", arguments))


def up(stack: Stack = "dev", refresh: Refresh = False, yes: Yes = False) -> None:
    """Create or change the environment."""
    # The outputs are a contract for programs and fill a screen; `pulumi stack output` shows them.
    arguments = [
        "--suppress-outputs",
        *(["--refresh"] if refresh else []),
        *(["--yes", "--skip-preview"] if yes else []),
    ]
    if not sys.stdout.isatty():
        arguments.append("--suppress-progress")
    raise typer.Exit(_provision(stack).run("up", arguments))


def destroy(stack: Stack = "dev", yes: Yes = False) -> None:
    """Delete the environment: what releases left first, then everything that is not protected."""
    provision = _provision(stack)
    if not yes:
        typer.confirm(f"Delete the environment {stack!r} with everything that it holds?", abort=True)
    raise typer.Exit(provision.destroy(lambda line: typer.echo(line)))


def register(app: typer.Typer) -> None:
    """Add the three commands to the root."""
    for function in (preview, up, destroy):
        app.command()(function)
