"""The command's root: mounts the groups, and turns errors into one paragraph and an exit code."""

import importlib
import os
import sys
from collections.abc import Collection, Sequence

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

GROUPS = ("local", "data", "image", "pipeline", "model", "release", "shadow", "batch", "ci")
COMMANDS = ("bootstrap", "preview", "up", "destroy", "status", "acceptance", "doctor")


@app.callback()
def root() -> None:
    """Keep the command's name in front of its options, also where it is the only one that was mounted."""


def needed(arguments: Sequence[str]) -> set[str]:
    """Return which groups and commands a command line needs: the one that it names, all where it names none.

    Importing all of them takes longer than many a command.
    """
    everything = {*GROUPS, *COMMANDS}
    named = {word for word in arguments[:1] if word in everything}
    return named or everything


def mount(names: Collection[str]) -> None:
    """Add groups and commands to the root."""
    for group in (name for name in GROUPS if name in names):
        app.add_typer(importlib.import_module(f"trainyard.cli.{group}").app, name=group)
    for command in (name for name in COMMANDS if name in names):
        importlib.import_module(f"trainyard.cli.{command}").register(app)


def main() -> None:
    """Run the command; `--debug` (or TRAINYARD_DEBUG=1) shows tracebacks."""
    debug = "--debug" in sys.argv or os.environ.get("TRAINYARD_DEBUG") == "1"
    if "--debug" in sys.argv:
        sys.argv.remove("--debug")
    try:
        mount(needed(sys.argv[1:]))
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
