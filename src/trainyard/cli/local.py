"""`trainyard local`: the local cloud of this checkout, and a shell that speaks to it."""

import json
import os
import shlex
import subprocess
from typing import Annotated

import typer

from trainyard.engine import obtain
from trainyard.local import command
from trainyard.local.project import find_project, stack_file
from trainyard.local.provider import VARIABLE
from trainyard.local.target import variables
from trainyard.local.workspace import Workspace

app = typer.Typer(help="The local cloud: AWS's behaviour on this machine, without an account.", no_args_is_help=True)

Stack = Annotated[str, typer.Option("--stack", "-s", envvar="TRAINYARD_STACK", help="Environment: dev, staging, prod.")]
Provider = Annotated[
    str | None,
    typer.Option(
        help="AWS provider of the engine: ours, official (downloaded), or auto for official where it is installed.",
        envvar=VARIABLE,
        show_default="ours",
    ),
]


def _workspace() -> Workspace:
    return Workspace(find_project())


def _target(stack: str, provider: str | None) -> dict[str, str]:
    workspace = _workspace()
    stack_file(workspace.project, stack)
    environ = {**os.environ, VARIABLE: provider or ""}
    return variables(workspace, stack, obtain(lambda line: typer.echo(line, err=True)), environ)


@app.command()
def start(
    speed: Annotated[
        float, typer.Option(help="Divide AWS's waits (baking, alarm periods) by this; timestamps stay real.")
    ] = 1.0,
) -> None:
    """Start the local cloud, or say that it runs already. Its state survives a stop."""
    raise typer.Exit(command.call(_workspace().cloud, ["start", "--speed", str(speed)]))


@app.command()
def status(as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False) -> None:
    """Show whether it runs, where, and what it holds."""
    raise typer.Exit(command.call(_workspace().cloud, ["status", *(["--json"] if as_json else [])]))


@app.command()
def logs(follow: Annotated[bool, typer.Option("--follow", "-f", help="Keep reading.")] = False) -> None:
    """Show its log."""
    raise typer.Exit(command.call(_workspace().cloud, ["logs", *(["--follow"] if follow else [])]))


@app.command()
def stop() -> None:
    """Stop it and everything that it runs; the state stays."""
    raise typer.Exit(command.call(_workspace().cloud, ["stop"]))


@app.command()
def env(
    stack: Stack = "dev",
    provider: Provider = None,
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """Print shell lines that point AWS clients and Pulumi at the local cloud: eval "$(trainyard local env)"."""
    target = _target(stack, provider)
    if as_json:
        typer.echo(json.dumps(target))
        return
    for key, value in target.items():
        typer.echo(f"export {key}={shlex.quote(value)}")


@app.command()
def shell(stack: Stack = "dev", provider: Provider = None) -> None:
    """Open a shell that speaks to the local cloud."""
    target = _target(stack, provider)
    account = target["TRAINYARD_ACCOUNT"]
    typer.echo(f"Trainyard local shell: environment {stack}, account {account}. Nothing here reaches AWS.")
    typer.echo("Leave it with `exit`.")
    user_shell = os.environ.get("SHELL", "/bin/sh")
    raise typer.Exit(subprocess.run([user_shell], env={**os.environ, **target}, check=False).returncode)
