"""A pipeline definition cut down to what made a model: everything that the registration needs, without itself. Pure."""

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from trainyard.errors import TrainyardError

Step = dict[str, Any]

_REFERENCE = re.compile(r'"Get": "Steps\.([A-Za-z0-9_-]+)[.\'"]')


@dataclass(frozen=True, kw_only=True)
class Making:
    """What makes a model again and registers nothing."""

    definition: str
    """Canonical JSON."""
    training_step: str
    """The step whose archive was registered."""


def making(definition: str) -> Making:
    """Return the part of a training pipeline's definition that leads to its registration.

    Raises:
        TrainyardError: the definition registers no model, or what it registers is made inside of a condition.
    """
    document = json.loads(definition)
    steps: list[Step] = document["Steps"]
    registration = next((step for step in _all(steps) if step["Type"] == "RegisterModel"), None)
    archive = _archive_of(registration) if registration else None
    if registration is None or archive is None:
        raise TrainyardError("The recorded pipeline registers no model of a training step, so nothing can be redone")
    by_name = {step["Name"]: step for step in steps}
    needed = _needed(_references(registration), by_name)
    kept = [step for step in steps if step["Name"] in needed]
    cut = {**document, "Steps": kept}
    return Making(definition=json.dumps(cut, sort_keys=True, separators=(",", ":")), training_step=archive)


def _needed(wanted: set[str], by_name: dict[str, Step]) -> set[str]:
    needed = set[str]()
    while wanted:
        name = wanted.pop()
        if name not in by_name:
            raise TrainyardError(
                f"The recorded pipeline makes its model in step {name}, inside of a condition",
                cure="Only pipelines whose training steps always run can be redone",
            )
        needed.add(name)
        wanted |= _references(by_name[name]) - needed
    return needed


def _references(step: Step) -> set[str]:
    """Return the names of the steps that a step waits for or reads from."""
    return {*_REFERENCE.findall(json.dumps(step)), *step.get("DependsOn", [])}


def _archive_of(registration: Step) -> str | None:
    containers = registration["Arguments"]["InferenceSpecification"]["Containers"]
    found = _REFERENCE.search(json.dumps(containers[0].get("ModelDataUrl", "")))
    return found.group(1) if found else None


def _all(steps: Sequence[Step]) -> Iterator[Step]:
    """Yield steps, and those in the branches of conditions."""
    for step in steps:
        yield step
        for branch in ("IfSteps", "ElseSteps"):
            yield from _all(step.get("Arguments", {}).get(branch, []))
