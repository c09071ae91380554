"""`trainyard destroy`: an environment taken away with what releases and pipelines left in it."""

import typer

from trainyard.cli.provisioning import Yes, provision
from trainyard.cli.session import Stack


def destroy(stack: Stack = "dev", yes: Yes = False) -> None:
    """Delete the environment: what releases left first, then everything that is not protected."""
    environment = provision(stack)
    if not yes:
        typer.confirm(f"Delete the environment {stack!r} with everything that it holds?", abort=True)
    raise typer.Exit(environment.destroy(lambda line: typer.echo(line)))


def register(app: typer.Typer) -> None:
    """Add the command to the root."""
    app.command()(destroy)
