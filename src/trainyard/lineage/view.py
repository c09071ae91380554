"""A lineage on a terminal: one table, its sections the questions of an audit."""

from collections.abc import Iterator, Mapping
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from trainyard.lineage.facts import Lineage

_MISSING = "[yellow]not recorded[/]"


def show_lineage(title: str, found: Lineage, out: Console) -> None:
    """Print a lineage."""
    table = Table(title=title, show_header=False, title_justify="left")
    table.add_column(style="bold", no_wrap=True)
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    for section, lines in _sections(found):
        for at, (name, value) in enumerate(lines):
            table.add_row("" if at else section, name, value)
        table.add_section()
    out.print(table)


def _sections(found: Lineage) -> Iterator[tuple[str, list[tuple[str, str]]]]:
    if found.promoted_from:
        yield "promoted from", _facts(found.promoted_from)
    for name in ("data", "code", "images", "machine", "run", "hyperparameters", "metrics", "gate"):
        yield name, _facts(getattr(found, name))
    yield "people", list(_people(found.people))
    yield "releases", [line for one in found.releases for line in _release(one)] or [("", "none yet")]
    yield "reproduced", [(one["at"][:16], _reproduction(one)) for one in found.reproductions] or [("", "never")]
    if found.files:
        yield "files", [("", escape(uri)) for uri in found.files]
    yield "archive", _archive(found.archive)


def _facts(facts: Mapping[str, Any]) -> list[tuple[str, str]]:
    return [(name, _value(value)) for name, value in facts.items()] or [("", _MISSING)]


def _value(value: Any) -> str:
    if value is None:
        return _MISSING
    if isinstance(value, float):
        return f"{value:.5f}"
    if isinstance(value, list):
        return escape(", ".join(f"{one:.5f}" if isinstance(one, float) else str(one) for one in value))
    return escape(str(value))


def _people(people: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    yield "approval", f"{escape(people['approval'])}, by {people['people']} of {people['people required']} people"
    for one in people["approved by"]:
        yield f"{one['at'][:16]}", f"{escape(one['name'])} ({escape(one['person'])}): {escape(one['reason'])}"
    accepted = people["accepted"]
    if accepted:
        verdict = "passed" if accepted["passed"] else f"[red]failed[/]: {escape(accepted['wrong'])}"
        yield "acceptance", f"{verdict}, {accepted['requests']} requests at {accepted['at'][:16]}"


def _release(one: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    colour = {"succeeded": "green", "open": "yellow"}.get(one["status"], "red")
    since = f", live since {one['live since']}" if one["live since"] else ""
    until = f" until {one['live until']}" if one["live until"] else ""
    why = f": {escape(one['reason'])}" if one["reason"] and one["status"] != "succeeded" else ""
    yield one["release"], f"[{colour}]{one['status']}[/]{since}{until}{why} (by {escape(one['started by'])})"


def _reproduction(one: Mapping[str, Any]) -> str:
    colour = "red" if one["verdict"] == "different" else "green"
    reasons = f": {escape('; '.join(one['reasons']))}" if one["reasons"] else ""
    return f"[{colour}]{escape(one['verdict'])}[/] (by {escape(one['by'])}){reasons}"


def _archive(archive: Mapping[str, Any]) -> list[tuple[str, str]]:
    lines = _facts(archive)
    bad = archive["state"].startswith(("CHANGED", "gone"))
    return [(name, f"[bold red]{value}[/]" if name == "state" and bad else value) for name, value in lines]
