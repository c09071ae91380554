"""A pipeline definition as a graph of steps, for orchestrators that show and follow what SageMaker runs. Pure.

A step comes after those it names under DependsOn and those whose results its arguments refer to (JSON schema of
SageMaker AI pipelines: `Steps.<name>.…`). A condition is no step here: what it decides about comes after what it reads.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

_REFERENCE = re.compile(r"^Steps\.([A-Za-z0-9-]+)\.")


@dataclass(frozen=True, kw_only=True)
class GraphStep:
    """One step that does something."""

    name: str
    kind: str
    """The definition's type, such as Processing, Training or RegisterModel."""
    after: tuple[str, ...]
    """Names of the steps that come right before, in the definition's order."""
    description: str = ""
    decided: bool = False
    """Whether a condition decides if it runs at all."""


def graph(definition: str) -> list[GraphStep]:
    """Return the steps of a definition, each after those that it comes after.

    Steps that only end a run with a message are left out: they are how a condition says no.
    """
    return _nearest(list(_steps(json.loads(definition)["Steps"], (), decided=False)))


def _steps(steps: Sequence[Mapping[str, Any]], before: Sequence[str], *, decided: bool) -> Iterator[GraphStep]:
    for step in steps:
        arguments = step["Arguments"]
        if step["Type"] == "Condition":
            read = (*before, *step.get("DependsOn", ()), *_referred(arguments["Conditions"]))
            for branch in ("IfSteps", "ElseSteps"):
                yield from _steps(arguments.get(branch, ()), read, decided=True)
        elif step["Type"] != "Fail":
            after = (*before, *step.get("DependsOn", ()), *_referred(arguments))
            yield GraphStep(
                name=step["Name"],
                kind=step["Type"],
                after=tuple(dict.fromkeys(after)),
                description=step.get("Description", ""),
                decided=decided,
            )


def _referred(value: Any) -> Iterable[str]:
    """Yield the steps that a value refers to, however deep."""
    if isinstance(value, Mapping):
        got = value.get("Get")
        found = _REFERENCE.match(got) if isinstance(got, str) else None
        if found:
            yield found[1]
        for each in value.values():
            yield from _referred(each)
    elif isinstance(value, list):
        for each in value:
            yield from _referred(each)


def _nearest(steps: Sequence[GraphStep]) -> list[GraphStep]:
    """Drop what a step comes after by way of another, so that the graph reads as the story."""
    far: dict[str, set[str]] = {}
    found: list[GraphStep] = []
    for step in steps:
        nearest = [name for name in step.after if not any(name in far.get(other, ()) for other in step.after)]
        far[step.name] = set(step.after).union(*(far.get(name, set()) for name in step.after))
        found.append(
            GraphStep(
                name=step.name,
                kind=step.kind,
                after=tuple(sorted(nearest, key=[each.name for each in steps].index)),
                description=step.description,
                decided=step.decided,
            )
        )
    return found
