"""Reads what `pulumi preview --json` writes. Pure: a document in, a plan out.

The document lists steps, each with the state before and after. What is not obvious about it, as tried with 3.259:
steps that change nothing are listed only with `--show-sames`; a replacement is one step or three; a `refresh` step
holds what was recorded, the step after it what was found; secrets are `[secret]`, on both sides even where they differ.
"""

from collections.abc import Mapping, Sequence
from typing import Any, cast

from trainyard.errors import TrainyardError
from trainyard.preview import diagnostics, drifting, resources
from trainyard.preview.changing import Parents, change
from trainyard.preview.concealing import Concealer
from trainyard.preview.plan import Change, Operation, Plan, Rename

State = Mapping[str, Any]

MEANING: dict[str, Operation | None] = {
    "create": Operation.CREATE,
    "update": Operation.UPDATE,
    "delete": Operation.DELETE,
    "replace": Operation.REPLACE,
    "create-replacement": Operation.REPLACE,
    "delete-replaced": Operation.REPLACE,
    "import": Operation.IMPORT,
    "import-replacement": Operation.REPLACE,
    "same": None,
    "refresh": None,
    "read": None,
    "read-replacement": None,
    "discard": None,
    "discard-replaced": None,
    "remove-pending-replace": None,
}
"""Operation of the engine -> what it means to a reviewer; None changes nothing that anybody holds."""


def read_plan(document: Mapping[str, Any], roots: Sequence[str] = ()) -> Plan:
    """Return what a preview says, without secrets and machine paths.

    Args:
        document: what `pulumi preview --json --show-sames` wrote.
        roots: folders of this machine whose paths nobody should read.

    Raises:
        TrainyardError: the document speaks of an operation that this version does not know.
    """
    concealer = Concealer(document, roots)
    clean = cast(Mapping[str, Any], concealer.value(document))
    steps = cast(list[dict[str, Any]], clean.get("steps") or [])
    _refuse_unknown(steps)
    refreshed = [step for step in steps if step["op"] == "refresh"]
    planned = [step for step in steps if step["op"] != "refresh"]
    said = diagnostics.read(cast(list[dict[str, Any]], clean.get("diagnostics") or []))
    return Plan(
        changes=_changes(planned),
        unchanged=_unchanged(planned, clean.get("changeSummary") or {}),
        renames=tuple(_renames(planned)),
        drift=drifting.drift(refreshed, planned),
        before=resources.before(planned),
        after=resources.after(planned),
        refusals=said.refusals,
        errors=said.errors,
        warnings=said.warnings,
    )


def _refuse_unknown(steps: Sequence[Mapping[str, Any]]) -> None:
    unknown = sorted({str(step["op"]) for step in steps} - MEANING.keys())
    if unknown:
        raise TrainyardError(
            f"The preview speaks of operations that this version of trainyard does not know: {', '.join(unknown)}",
            where="the engine's JSON",
            cure="Use `pulumi preview` itself for this change, and the engine's version that trainyard names",
        )


def _changes(steps: Sequence[Mapping[str, Any]]) -> tuple[Change, ...]:
    """Return one change a resource: the steps of a replacement count once, and it outweighs what else is said."""
    parents = Parents(steps)
    found: dict[tuple[str, bool], Change] = {}
    renamed = {_old_urn(step): str(step["urn"]) for step in steps if step.get("newState")}
    for step in steps:
        operation = MEANING[step["op"]]
        if operation is None:
            continue
        this = change(step, operation, parents)
        key = (renamed.get(this.urn, this.urn), this.leftover)
        known = found.get(key)
        if known is None or _weight(this) > _weight(known):
            found[key] = this
    order = list(Operation)
    return tuple(sorted(found.values(), key=lambda each: (order.index(each.operation), each.urn)))


def _weight(this: Change) -> tuple[bool, int]:
    return this.operation is Operation.REPLACE, len(this.differences)


def _unchanged(steps: Sequence[Mapping[str, Any]], summary: Mapping[str, Any]) -> int:
    """Return how many resources stay as they are: counted by the engine, which need not list them."""
    return int(summary.get("same", sum(step["op"] == "same" for step in steps)))


def _renames(steps: Sequence[Mapping[str, Any]]) -> list[Rename]:
    moved = [step for step in steps if step.get("newState") and _old_urn(step) not in ("", str(step["urn"]))]
    return [
        Rename(str(step["newState"].get("type", "")), _old_urn(step), str(step["urn"]))
        for step in sorted(moved, key=lambda step: str(step["urn"]))
    ]


def _old_urn(step: Mapping[str, Any]) -> str:
    return str((step.get("oldState") or {}).get("urn", ""))
