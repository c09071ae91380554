"""`trainyard bootstrap`: an account prepared for its environment, once."""

import os
import shlex

import typer

from trainyard.bootstrap import Bootstrap
from trainyard.cli.provisioning import Yes
from trainyard.cli.session import Stack
from trainyard.engine import obtain
from trainyard.local.project import find_project


def bootstrap(stack: Stack = "dev", yes: Yes = False) -> None:
    """Prepare an account: state bucket and key, roles of CI, guards. Prints the variables for Pulumi: eval "$(…)".

    Safe to run again: it continues what was interrupted, and changes what its stack file changed.
    """

    def say(line: str) -> None:
        typer.echo(line, err=True)

    account = Bootstrap(find_project(), stack, obtain(say), dict(os.environ))
    settings = account.check()
    if not yes:
        if code := account.preview(settings):
            raise typer.Exit(code)
        typer.confirm(
            f"Prepare account {settings.account} for the environment {stack!r} like this?", abort=True, err=True
        )
    account.up(settings, say)
    say(
        f"Account {settings.account} is ready. With these variables `trainyard up` keeps its state there; the first one"
    )
    say(f"writes two lines (secretsprovider, encryptedkey) into Pulumi.{stack}.yaml: commit them.")
    for name, value in account.exports(settings).items():
        typer.echo(f"export {name}={shlex.quote(value)}")


def register(app: typer.Typer) -> None:
    """Add the command to the root."""
    app.command()(bootstrap)
