"""What a new version of the orders changes, and how a pull request tells it. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from trainyard.data.versions.pointer import Pointer

_SHOWN = 12
"""Digits of a data hash; `trainyard data checkout` takes them."""


@dataclass(frozen=True, kw_only=True)
class DataChange:
    """One service's pointer, and what it was on the branch that it is proposed for."""

    service: str
    before: Pointer | None
    """None for the first version."""
    after: Pointer


def changes(before: Mapping[str, Pointer | None], after: Mapping[str, Pointer]) -> list[DataChange]:
    """Return what differs, by service in order; the same snapshot has the same pointer and is no change."""
    return [
        DataChange(service=service, before=before.get(service), after=pointer)
        for service, pointer in sorted(after.items())
        if before.get(service) != pointer
    ]


def title(environment: str, found: Sequence[DataChange]) -> str:
    """Return one line for the commit and the pull request."""
    named = ", ".join(f"{one.service} {one.after.data_hash[:_SHOWN]}" for one in found)
    return f"Data of {environment}: {named}"


def message(environment: str, found: Sequence[DataChange]) -> str:
    """Return the commit's message: the title, then a line for each service."""
    return title(environment, found) + "\n\n" + "\n".join(f"{one.service}: {told(one)}" for one in found) + "\n"


def told(change: DataChange) -> str:
    """Return a sentence: rows, days and origin, and what changed against the last pointer."""
    after = change.after
    now = (
        f"{after.rows:,} order lines of {after.customers:,} customers, {after.first_order[:10]} to "
        f"{after.last_order[:10]} ({_days(after)} days), data hash {after.data_hash}, from {after.origin}"
    )
    if change.before is None:
        return f"{now}; the first version"
    before = change.before
    return (
        f"{now}; against {before.data_hash[:_SHOWN]}: {after.rows - before.rows:+,} order lines, "
        f"{after.customers - before.customers:+,} customers, {_days(after) - _days(before):+,} days"
    )


def body(environment: str, found: Sequence[DataChange]) -> str:
    """Return a pull request's text in Markdown: what a reviewer must see first is a version that lost something."""
    rows = "\n".join(_row(one) for one in found)
    return (
        f"The newest snapshots of {environment} as DVC pointers; their data is in the environment's bucket already.\n\n"
        + "".join(f"> **{warning}**\n\n" for one in found for warning in warnings(one))
        + "| service | order lines | customers | days | last order | data hash |\n|---|---|---|---|---|---|\n"
        + f"{rows}\n\n`trainyard data diff SERVICE BEFORE AFTER --stack {environment}` compares the rows themselves.\n"
    )


def warnings(change: DataChange) -> list[str]:
    """Return what a version lost that the last one had; orders are only added to."""
    before, after = change.before, change.after
    if before is None:
        return []
    lost = [
        (after.rows < before.rows, f"has {before.rows - after.rows:,} order lines fewer than before"),
        (after.first_order > before.first_order, f"begins later: {after.first_order[:10]}"),
        (after.last_order < before.last_order, f"ends earlier: {after.last_order[:10]}"),
    ]
    return [f"{change.service} {text}" for holds, text in lost if holds]


def _row(change: DataChange) -> str:
    before, after = change.before, change.after
    pairs = (
        (f"{after.rows:,}", before and f"{after.rows - before.rows:+,}"),
        (f"{after.customers:,}", before and f"{after.customers - before.customers:+,}"),
        (f"{_days(after)}", before and f"{_days(after) - _days(before):+,}"),
        (after.last_order[:10], before and f"was {before.last_order[:10]}"),
        (f"`{after.data_hash[:_SHOWN]}`", before and f"was `{before.data_hash[:_SHOWN]}`"),
    )
    return " | ".join([f"| {change.service}", *(f"{now} ({was})" if was else now for now, was in pairs)]) + " |"


def _days(pointer: Pointer) -> int:
    first, last = (date.fromisoformat(moment[:10]) for moment in (pointer.first_order, pointer.last_order))
    return (last - first).days + 1
