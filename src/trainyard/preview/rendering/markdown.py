"""A report as a comment of a pull request on GitHub.

The first line is a hidden marker by which the comment is found again. Values stand in code spans: GitHub reads neither
HTML nor mentions in them. Elsewhere, what Markdown or HTML would read is written as character references. A comment
holds 65,536 characters, so lists are cut, the least important first, and each says how much it left out.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar

from trainyard.cost import Row
from trainyard.preview.entries import Entry, Group, Property
from trainyard.preview.rendering import wording
from trainyard.preview.report import DriftEntry, Report
from trainyard.preview.urn import kind
from trainyard.preview.verdict import Level, counted

LIMIT = 60_000
"""Bytes; below GitHub's limit, with room for what a workflow adds."""

_SYMBOLS = {Level.CALM: "✅", Level.CARE: "⚠️", Level.LOSS: "🛑", Level.REFUSED: "⛔"}
_OPEN = 10
"""A list of more entries than this is folded."""
_SPECIAL = frozenset("\\`*_[]<>#|~&@$")
_BEGINS_A_LIST = re.compile(r"^(?:[-+](?=[-+\s]|$)|=|\d+(?=[.)](?:\s|$)))")

Item = TypeVar("Item")


@dataclass(frozen=True)
class _Limits:
    """How many entries of each list, and properties of each entry, are shown."""

    losses: int
    others: int
    properties: int


_STEPS = tuple(
    _Limits(losses, others, properties)
    for losses, others, properties in (
        (10_000, 10_000, 10_000),
        (10_000, 10_000, 20),
        (10_000, 100, 10),
        (500, 50, 5),
        (200, 25, 3),
        (100, 10, 2),
        (50, 5, 1),
        (20, 3, 1),
        (5, 1, 0),
    )
)


def render(report: Report) -> str:
    """Return the report as Markdown that is short enough for a comment."""
    texts = ("\n".join(_lines(report, limits)) + "\n" for limits in _STEPS)
    return next((text for text in texts if len(text.encode()) <= LIMIT), None) or _hardest(report)


def marker(environment: str) -> str:
    """Return the hidden first line."""
    return f"<!-- trainyard-preview:{environment} -->"


def text(value: str) -> str:
    """Return a text that reads as itself wherever Markdown or HTML would see something else."""
    # A reference keeps Markdown from reading it, the invisible space keeps GitHub from notifying whom it names.
    escaped = "".join(_reference(char) if char in _SPECIAL else char for char in value)
    first = _BEGINS_A_LIST.sub(lambda found: "".join(map(_reference, found[0])), escaped)
    return first.replace("&#64;", "&#64;\u200b")


def _reference(char: str) -> str:
    return f"&#{ord(char)};"


def code(value: str) -> str:
    """Return a code span that holds the value, whatever back-ticks are in it."""
    longest = max((len(run) for run in _runs(value)), default=0)
    fence = "`" * (longest + 1)
    space = " " if value[:1] in ("`", " ", "") or value[-1:] in ("`", " ", "") else ""
    return f"{fence}{space}{value}{space}{fence}"


def _runs(value: str) -> list[str]:
    return [run for run in "".join(char if char == "`" else " " for char in value).split() if run]


def _hardest(report: Report) -> str:
    """Return what always fits: the verdict and the counts."""
    return f"{_heading(report)[:20_000]}\n\n{text(wording.counts(report))}. The report is too long for a comment.\n"


def _heading(report: Report) -> str:
    symbol = _SYMBOLS[report.verdict.level]
    return f"{marker(report.environment)}\n## {symbol} {text(report.environment)}: {text(report.verdict.text)}"


def _lines(report: Report, limits: _Limits) -> Iterator[str]:
    yield _heading(report)
    yield ""
    yield f"- {text(wording.counts(report))}"
    yield f"- {text(wording.rules(report.policy))}"
    yield f"- {text(wording.cost(report.cost))}"
    yield from _section("Rule violations", _violations(report, limits))
    yield from _section("Replacements and deletions", _entries(report.losses, _loss, limits.losses, limits))
    yield from _folded("Updates", len(report.updates), _entries(report.updates, _update, limits.others, limits))
    yield from _folded("Creations", _created(report), _cut(report.creates, limits.others, _group(limits)))
    yield from _folded("Imports", len(report.imports), _cut(report.imports, limits.others, lambda each: [_head(each)]))
    yield from _folded("Renames", len(report.renames), _cut(report.renames, limits.others, lambda one: [_bullet(one)]))
    yield from _folded("Changed outside of Pulumi", len(report.drift), _drift(report, limits))
    yield from _folded("Warnings", len(report.warnings), _cut(report.warnings, limits.others, _warning))
    yield from _folded("Monthly cost", _OPEN + 1, _cost(report, limits))


def _section(title: str, lines: Iterable[str]) -> Iterator[str]:
    inside = list(lines)
    if inside:
        yield from ("", f"### {title}", "", *inside)


def _folded(title: str, number: int, lines: Iterable[str]) -> Iterator[str]:
    """Yield a section that is folded where it is long."""
    inside = list(lines)
    if inside and number <= _OPEN:
        yield from _section(title, inside)
    elif inside:
        many = f" ({number})" if title != "Monthly cost" else ""
        yield from ("", f"<details><summary><b>{title}{many}</b></summary>", "", *inside, "", "</details>")


def _cut(items: Sequence[Item], number: int, lines: Callable[[Item], Iterable[str]]) -> Iterator[str]:
    for item in items[:number]:
        yield from lines(item)
    if len(items) > number:
        yield f"- … and {len(items) - number:,} more"


def _entries(
    entries: Sequence[Entry], lines: Callable[[Entry, _Limits], Iterable[str]], number: int, limits: _Limits
) -> Iterator[str]:
    return _cut(entries, number, lambda each: lines(each, limits))


def _head(entry: Entry) -> str:
    inside = f" in {code(entry.path)}" if entry.path else ""
    was = f", was {code(entry.renamed_from)}" if entry.renamed_from else ""
    guard = " (protected)" if entry.protected and entry.severity else ""
    return f"- **{entry.operation}** {code(entry.type)} {code(entry.name)}{was}{guard}{inside}"


def _loss(entry: Entry, limits: _Limits) -> Iterator[str]:
    yield f"{_head(entry)}  \n  {text(entry.loss)}"
    if entry.forced_by:
        yield "  - cannot be changed in place:"
        yield from (f"  {line}" for line in _properties(entry.forced_by, max(1, limits.properties)))
    yield from _properties(entry.properties, limits.properties)


def _update(entry: Entry, limits: _Limits) -> Iterator[str]:
    yield _head(entry)
    yield from (f"  - ⚠️ {text(caution)}" for caution in entry.cautions)
    yield from _properties(entry.properties, limits.properties)


def _properties(properties: Sequence[Property], number: int) -> Iterator[str]:
    for line in _cut(properties, number, lambda each: [f"- {_property(each)}"]):
        yield f"  {line}"


def _property(each: Property) -> str:
    if not each.old and not each.new:
        return code(each.path)
    if each.old == each.new:
        return f"{code(each.path)}: {text(wording.arrow(each.old, each.new))}"
    return f"{code(each.path)}: {code(each.old)} → {code(each.new)}"


def _created(report: Report) -> int:
    return sum(group.count for group in report.creates)


def _group(limits: _Limits) -> Callable[[Group], Iterator[str]]:
    def lines(group: Group) -> Iterator[str]:
        what = f" ({code(group.type)})" if group.type else ""
        types = ", ".join(f"{number} × {code(name)}" for name, number in group.types[: limits.others])
        yield f"- {code(group.name)}{what}: {counted(group.count, 'resource')}: {types}"
        shown = group.names[: limits.others]
        more = f" … and {group.count - len(shown):,} more" if len(shown) < group.count else ""
        yield f"  - {', '.join(map(code, shown))}{more}"

    return lines


def _bullet(sentence: str) -> str:
    return f"- {text(sentence)}"


def _warning(sentence: str) -> list[str]:
    return [_bullet(sentence[:500])]


def _violations(report: Report, limits: _Limits) -> Iterator[str]:
    yield from _cut(
        report.policy.violations,
        limits.losses,
        lambda each: [
            f"- **{text(each.rule)}** {code(each.type)} {code(each.name)}: {text(each.what)}  \n  {text(each.cure)}"
        ],
    )


def _drift(report: Report, limits: _Limits) -> Iterator[str]:
    def lines(each: DriftEntry) -> Iterator[str]:
        yield f"- {code(each.type)} {code(each.name)}: {text(each.text)}"
        yield from _properties(each.properties, limits.properties)

    return _cut(report.drift, limits.others, lines)


def _cost(report: Report, limits: _Limits) -> Iterator[str]:
    cost = report.cost
    rows = wording.cost_rows(cost)
    if rows:
        yield from ("| resource | before | after | difference | made of |", "|---|--:|--:|--:|---|")
        yield from (_row(row) for row in rows[: limits.others])
        if len(rows) > limits.others:
            yield f"| … and {len(rows) - limits.others:,} more | | | | |"
        yield ""
    yield from _cut(
        cost.not_priced,
        limits.others,
        lambda each: [f"- not priced: {code(kind(each.type))} {code(each.name)}: {text(each.why)}"],
    )
    if cost.not_priced:
        yield ""
    yield text(" ".join(f"{sentence}." for sentence in (wording.cost_basis(cost), *cost.notes)))
    if cost.not_included:
        yield from ("", text(f"Not included: {'; '.join(cost.not_included)}."))


def _row(row: Row) -> str:
    amounts = (wording.money(row.before), wording.money(row.after), wording.money(row.difference, signed=True))
    cells = [f"{kind(row.type)} {row.name}", *amounts, row.basis]
    return f"| {' | '.join(text(cell) for cell in cells)} |"
