"""`trainyard preview`: what `up` would change."""

import sys
from typing import Annotated

import typer

from trainyard.cli.provisioning import Refresh, provision
from trainyard.cli.session import Stack


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
    raise typer.Exit(provision(stack).run("preview", arguments))


def register(app: typer.Typer) -> None:
    """Add the command to the root."""
    app.command()(preview)
