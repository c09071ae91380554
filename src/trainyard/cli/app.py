"""The command's root: mounts the groups, and turns errors into one paragraph and an exit code."""

import importlib
import os
import sys

import typer
from botocore.exceptions import BotoCoreError, ClientError, NoCredentialsError, NoRegionError
from rich.console import Console
from rich.markup import escape

from trainyard.errors import TrainyardError, UsageError

app = typer.Typer(
    name="trainyard",
    help="MLOps on AWS as code.\n\n"
    "Exit codes: 0 done, 1 failed, 2 usage or configuration, 3 gate rejected, 4 rolled back.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)

for _group in ("local", "data", "image", "pipeline", "model", "release", "shadow", "batch", "ci"):
    app.add_typer(importlib.import_module(f"trainyard.cli.{_group}").app, name=_group)
for _command in ("bootstrap", "preview", "up", "destroy", "status", "acceptance", "doctor"):
    importlib.import_module(f"trainyard.cli.{_command}").register(app)


def main() -> None:
    """Run the command; `--debug` (or TRAINYARD_DEBUG=1) shows tracebacks."""
    debug = "--debug" in sys.argv or os.environ.get("TRAINYARD_DEBUG") == "1"
    if "--debug" in sys.argv:
        sys.argv.remove("--debug")
    try:
        app()
    except (TrainyardError, BotoCoreError, ClientError) as error:
        if debug:
            raise
        told = error if isinstance(error, TrainyardError) else in_words(error)
        Console(stderr=True).print(f"[bold red]Error:[/] {escape(str(told))}", highlight=False)
        sys.exit(told.exit_code)


def in_words(error: BotoCoreError | ClientError) -> TrainyardError:
    """Return an error of AWS that no command expected as one that an operator can read."""
    if isinstance(error, (NoRegionError, NoCredentialsError)):
        return UsageError(
            f"This shell does not say which AWS to ask: {error}",
            where="the AWS settings of this shell",
            cure='Log in to an account, or run `eval "$(trainyard local env)"` for the local cloud',
        )
    if isinstance(error, ClientError):
        answer = error.response["Error"]
        return TrainyardError(
            f"AWS refused {error.operation_name}: {answer.get('Code')}: {answer.get('Message')}",
            cure="`--debug` shows where; a denied call means that this role lacks the right",
        )
    return TrainyardError(
        f"AWS could not be asked: {error}",
        where=os.environ.get("AWS_ENDPOINT_URL", "the network"),
        cure="If this is the local cloud, `trainyard local start` brings it back with its state; then run this again",
    )
