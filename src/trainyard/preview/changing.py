"""Reads one step of a preview as a change."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, cast

from trainyard.preview.difference import Difference, differences, told, within
from trainyard.preview.plan import Change, Operation
from trainyard.preview.urn import STACK, Urn

Step = Mapping[str, Any]


class Parents:
    """Who is in which component, as the states of all steps say."""

    def __init__(self, steps: Sequence[Step]) -> None:
        states = [step[key] for step in steps for key in ("oldState", "newState") if step.get(key)]
        self._parent = {str(state["urn"]): str(state.get("parent", "")) for state in states}

    def of(self, urn: str) -> list[Urn]:
        """Return the components around a resource, outermost first, without the stack itself."""
        found: list[Urn] = []
        parent = self._parent.get(urn, "")
        while parent and Urn(parent).type != STACK and len(found) < 32:
            found.append(Urn(parent))
            parent = self._parent.get(parent, "")
        return found[::-1]


def change(step: Step, operation: Operation, parents: Parents) -> Change:
    """Return what a step changes."""
    old: Mapping[str, Any] = step.get("oldState") or {}
    new: Mapping[str, Any] = step.get("newState") or {}
    urn = str(step["urn"])
    around = parents.of(urn)
    return Change(
        operation=operation,
        urn=urn,
        type=str((new or old).get("type") or Urn(urn).type),
        name=Urn(urn).name,
        components=tuple(each.name for each in around),
        component_types=tuple(each.type for each in around),
        identifier=str(old.get("id", "")),
        differences=tuple(_differences(step, old, new)) if old and new else (),
        forced_by=tuple(step.get("replaceReasons") or _forcing(step)),
        renamed_from=Urn(str(old["urn"])).name if new and old and old["urn"] != urn else "",
        old=old.get("inputs") or {},
        new=new.get("inputs") or {},
        custom=bool((new or old).get("custom", True)),
        retained=bool(old.get("retainOnDelete")) and operation in (Operation.DELETE, Operation.REPLACE),
        protected=bool(old.get("protect")),
        unprotected=bool(old.get("protect") and new and not new.get("protect")),
        leftover=operation is Operation.DELETE and bool(old.get("delete")),
    )


def _differences(step: Step, old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Difference]:
    """Yield what differs between the inputs, then what only the provider's own comparison knows."""
    ignored = [*_ignored(new), *_made_up(old, new)]
    found = [
        each
        for each in differences(old.get("inputs") or {}, new.get("inputs") or {})
        if not any(within(each.path, outer) for outer in ignored)
    ]
    yield from found
    known = [each.path for each in found]
    paths: Mapping[str, Any] = step.get("detailedDiff") or dict.fromkeys(step.get("diffReasons") or ())
    missing = {
        path: how
        for path, how in paths.items()
        if not any(within(one, path) or within(path, one) for one in (*known, *_made_up(old, new)))
    }
    existing = {**(old.get("outputs") or {}), **(old.get("inputs") or {})}
    yield from told(missing, existing, new.get("inputs") or {})


def _ignored(state: Mapping[str, Any]) -> Sequence[str]:
    """Return the properties whose changes the program ignores: the engine keeps the old value of these."""
    return [path for path in state.get("ignoreChanges") or () if path != "*"]


def _made_up(old: Mapping[str, Any], new: Mapping[str, Any]) -> set[str]:
    """Return the properties that Pulumi itself fills on both sides, such as a name with a random end."""
    sides = [cast(list[str], (state.get("inputs") or {}).get("__defaults") or []) for state in (old, new)]
    return {*sides[0]} & {*sides[1]}


def _forcing(step: Step) -> list[str]:
    paths: Mapping[str, Mapping[str, Any]] = step.get("detailedDiff") or {}
    return [path for path, how in paths.items() if str(how.get("kind", "")).endswith("-replace")]
