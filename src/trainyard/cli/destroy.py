"""`trainyard destroy`: an environment taken away with what releases and pipelines left in it."""

from typing import Annotated

import typer

from trainyard.cli.provisioning import Yes, provision
from trainyard.cli.session import Stack
from trainyard.teardown import Teardown, view

DryRun = Annotated[bool, typer.Option("--dry-run", help="Show what would be deleted and what stays, and stop there.")]


def destroy(stack: Stack = "dev", yes: Yes = False, dry_run: DryRun = False) -> None:
    """Delete the environment, but for what is protected: shown first, then asked.

    Exit codes: 0 all that is not protected is gone, 1 a step failed (run it again), 2 wrong account or settings.
    """
    teardown = Teardown(provision(stack))
    survey = teardown.survey()
    for line in view.before(survey, stack):
        typer.echo(line)
    if dry_run or survey.is_empty:
        return
    if not yes:
        typer.confirm(f"Delete this of the environment {stack!r}?", abort=True)
    raise typer.Exit(teardown.run(survey, typer.echo))


def register(app: typer.Typer) -> None:
    """Add the command to the root."""
    app.command()(destroy)
