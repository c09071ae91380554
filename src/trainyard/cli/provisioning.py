"""What `trainyard preview | up | destroy` share: the environment that `--stack` names, and the engine for it."""

import os
from typing import Annotated

import typer

from trainyard.engine import obtain
from trainyard.local.project import find_project
from trainyard.provision import Provision

Refresh = Annotated[bool, typer.Option("--refresh", help="Read what really exists first.")]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")]


def provision(stack: str) -> Provision:
    """Return the environment of this shell's project, with an engine found or built."""
    return Provision(find_project(), stack, obtain(lambda line: typer.echo(line, err=True)), dict(os.environ))
