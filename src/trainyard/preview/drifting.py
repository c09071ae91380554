"""Finds what was changed outside of Pulumi: what a refresh recorded against what the plan then starts from."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from trainyard.preview.difference import Difference, differences, within
from trainyard.preview.plan import Drift
from trainyard.preview.urn import Urn

Step = Mapping[str, Any]


def drift(refreshed: Sequence[Step], planned: Sequence[Step]) -> tuple[Drift, ...]:
    """Return the resources that are not as they were recorded; without a refresh, none."""
    found = {str(step["oldState"]["urn"]): step for step in planned if step.get("oldState")}
    asked = {str(step["urn"]): step for step in planned}
    result = [
        one
        for step in refreshed
        for one in _of(step["oldState"], found.get(str(step["urn"])), asked.get(str(step["urn"])))
    ]
    return tuple(sorted(result, key=lambda each: each.urn))


def _of(recorded: Mapping[str, Any], found: Step | None, asked: Step | None) -> Iterator[Drift]:
    urn, kind = str(recorded["urn"]), str(recorded.get("type", ""))
    if not recorded.get("custom", True) or kind.startswith("pulumi:"):
        return
    if found is None:
        yield Drift(urn, kind, Urn(urn).name, True, (), undone=bool(asked and asked["op"] == "create"))
        return
    changed = tuple(_changed(recorded, found))
    if changed:
        yield Drift(urn, kind, Urn(urn).name, False, changed, undone=found["op"] not in ("same", "read"))


def _changed(recorded: Mapping[str, Any], step: Step) -> Iterator[Difference]:
    """Yield what is different, but for properties that the program leaves to others."""
    ignored = (step.get("newState") or {}).get("ignoreChanges") or ()
    for each in differences(recorded.get("inputs") or {}, step["oldState"].get("inputs") or {}):
        if "*" not in ignored and not any(within(each.path, outer) for outer in ignored):
            yield each
