"""The command's root: mounts the groups, and turns errors into one paragraph and an exit code."""

import importlib
import os
import sys

import typer
from rich.console import Console
from rich.markup import escape

from trainyard.errors import TrainyardError

app = typer.Typer(
    name="trainyard",
    help="MLOps on AWS as code.\n\n"
    "Exit codes: 0 done, 1 failed, 2 usage or configuration, 3 gate rejected, 4 rolled back.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)

for _group in ("local", "data", "image", "pipeline", "model", "release"):
    app.add_typer(importlib.import_module(f"trainyard.cli.{_group}").app, name=_group)
for _command in ("status", "doctor", "environment"):
    importlib.import_module(f"trainyard.cli.{_command}").register(app)


def main() -> None:
    """Run the command; `--debug` (or TRAINYARD_DEBUG=1) shows tracebacks."""
    debug = "--debug" in sys.argv or os.environ.get("TRAINYARD_DEBUG") == "1"
    if "--debug" in sys.argv:
        sys.argv.remove("--debug")
    try:
        app()
    except TrainyardError as error:
        if debug:
            raise
        Console(stderr=True).print(f"[bold red]Error:[/] {escape(str(error))}", highlight=False)
        sys.exit(error.exit_code)
