"""Where the Pulumi project of this checkout is, and which environments it declares."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from trainyard.errors import UsageError


def find_project(start: Path | None = None, environ: Mapping[str, str] = os.environ) -> Path:
    """Return the folder of the project's Pulumi.yaml: TRAINYARD_PROJECT, else the nearest above `start`.

    Raises:
        UsageError: there is none.
    """
    if named := environ.get("TRAINYARD_PROJECT"):
        candidates = [Path(named)]
    else:
        here = (start or Path.cwd()).resolve()
        candidates = [here, *here.parents]
    for folder in candidates:
        if (folder / "Pulumi.yaml").is_file() and (folder / "stacks" / "settings").is_dir():
            return folder
    raise UsageError(
        "This is no Trainyard project: there is no Pulumi.yaml with stacks/ beside it",
        where=str(candidates[0]),
        cure="Change into the checkout, or name it in TRAINYARD_PROJECT",
    )


def environments(project: Path) -> list[str]:
    """Return the names of the environments, in promotion order: dev, staging, prod, then others by name."""
    names = [path.name.split(".")[1] for path in project.glob("Pulumi.*.yaml")]
    order = {"dev": 0, "staging": 1, "prod": 2}
    return sorted(names, key=lambda name: (order.get(name, 3), name))


def stack_file(project: Path, environment: str) -> Path:
    """Return the stack file of an environment.

    Raises:
        UsageError: the project has no such environment; the message lists those it has.
    """
    if environment not in environments(project):
        raise UsageError(
            f"There is no environment {environment!r}; there are: {', '.join(environments(project))}",
            where=str(project / f"Pulumi.{environment}.yaml"),
            cure="Name one of these, or write that stack file",
        )
    return project / f"Pulumi.{environment}.yaml"


def parse_stack_file(text: str, file: Path) -> dict[str, Any]:
    """Return what a stack file says.

    Raises:
        UsageError: it is no YAML; `file` is named.
    """
    try:
        return yaml.safe_load(text) or {}
    except yaml.YAMLError as error:
        raise UsageError(f"The stack file is no YAML: {error}", where=str(file), cure="Correct it there") from error
