"""`trainyard up`: the engine, with the settings checked before it starts."""

import sys

import typer

from trainyard.cli.provisioning import Refresh, Yes, provision
from trainyard.cli.session import Stack


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
    raise typer.Exit(provision(stack).run("up", arguments))


def register(app: typer.Typer) -> None:
    """Add the command to the root."""
    app.command()(up)
