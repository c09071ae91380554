"""The facts of a demonstration or a measurement, as a table for people and `summary.json` for programs."""

import json
import os
import platform
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

from rich.table import Table

PACKAGES = ("trainyard", "pulumi", "pulumi-aws", "boto3", "moto", "sagemaker", "xgboost-cpu")


@dataclass(frozen=True)
class Fact:
    """One measured value; `met` is None where there is no target."""

    name: str
    value: Any
    unit: str
    target: Any
    met: bool | None


def fact(
    name: str,
    value: Any,
    unit: str = "",
    *,
    equals: Any = None,
    at_most: float | None = None,
    at_least: float | None = None,
) -> Fact:
    """Return a fact, with `met` computed from the value.

    Args:
        name: the fact's name.
        value: what was measured; None means that it could not be, which never meets a target.
        unit: such as `s`, `rows`, `MAP@10`.
        equals: the target, where there is one exact value.
        at_most: the target, where there is an upper limit.
        at_least: the target, where there is a lower limit.
    """
    if equals is not None:
        return Fact(name, value, unit, equals, value == equals)
    if at_most is not None:
        return Fact(name, value, unit, at_most, value is not None and value <= at_most)
    if at_least is not None:
        return Fact(name, value, unit, at_least, value is not None and value >= at_least)
    return Fact(name, value, unit, None, None)


def write(folder: Path, facts: Sequence[Fact], version_of: Callable[[str], str] = version) -> Path:
    """Write `summary.json` into `folder` and return its path."""
    folder.mkdir(parents=True, exist_ok=True)
    content = {
        "facts": [asdict(item) for item in facts],
        "machine": {
            "system": platform.system(),
            "release": platform.release(),
            "cores": os.cpu_count(),
            "memory_gib": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30, 1),
            "python": platform.python_version(),
        },
        "versions": {name: version_of(name) for name in PACKAGES},
    }
    path = folder / "summary.json"
    path.write_text(json.dumps(content, indent=2) + "\n")
    return path


def table(facts: Sequence[Fact]) -> Table:
    """Return the facts as a table for people."""
    result = Table(title="Facts", title_justify="left", box=None, pad_edge=False)
    for column in ("fact", "value", "target", ""):
        result.add_column(column)
    for item in facts:
        mark = {True: "[green]met[/]", False: "[red]missed[/]", None: ""}[item.met]
        value = f"{item.value:.4g}" if isinstance(item.value, float) else str(item.value)
        target = "" if item.target is None else str(item.target)
        result.add_row(item.name, f"{value} {item.unit}".strip(), target, mark)
    return result
