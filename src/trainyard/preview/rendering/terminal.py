"""A report for people on a terminal, readable in a pipe too."""

import io
from collections.abc import Iterator

from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from trainyard.preview.entries import Entry, Property
from trainyard.preview.rendering import wording
from trainyard.preview.report import Report
from trainyard.preview.urn import kind
from trainyard.preview.verdict import Level

PIPED_WIDTH = 120
_COLOURS = {Level.CALM: "bold green", Level.CARE: "bold yellow", Level.LOSS: "bold red", Level.REFUSED: "bold red"}
_OPERATIONS = {"replace": "magenta", "delete": "red", "update": "yellow", "create": "green", "import": "cyan"}


def plain(report: Report) -> str:
    """Return the report as text without colours."""
    file = io.StringIO()
    Console(file=file, width=PIPED_WIDTH, color_system=None, force_terminal=False, highlight=False).print(
        table(report), soft_wrap=False
    )
    return "\n".join(line.rstrip() for line in file.getvalue().splitlines()) + "\n"


def table(report: Report) -> RenderableType:
    """Return the report for a console."""
    return Group(*_parts(report))


def _parts(report: Report) -> Iterator[RenderableType]:
    yield Text.assemble((f"{report.environment}: ", "bold"), (report.verdict.text, _COLOURS[report.verdict.level]))
    yield Text(wording.counts(report))
    if report.losses:
        yield _title("Replacements and deletions")
        yield from (part for each in report.losses for part in _loss(each))
    if report.updates:
        yield _title("Updates")
        yield from (part for each in report.updates for part in _update(each))
    if report.creates:
        yield _title("Creations")
        yield from _creates(report)
    for title, lines in (
        ("Imports", [f"= {each.type} {each.name}" for each in report.imports]),
        ("Renames", report.renames),
        ("Warnings", report.warnings),
    ):
        if lines:
            yield _title(title)
            yield from (Text(f"  {line}") for line in lines)
    if report.drift:
        yield _title("Changed outside of Pulumi")
        yield from _drift(report)
    yield from _rules(report)
    yield from _cost(report)


def _title(text: str) -> Text:
    return Text(f"\n{text}", style="bold")


def _head(entry: Entry) -> Text:
    sign = wording.SIGNS[entry.operation]
    inside = f"  in {entry.path}" if entry.path else ""
    was = f"  (was {entry.renamed_from})" if entry.renamed_from else ""
    guard = "  protected" if entry.protected and entry.severity else ""
    return Text.assemble(
        (f"  {sign} ", _OPERATIONS[entry.operation]),
        (f"{entry.type} ", ""),
        (entry.name, "bold"),
        (f"{was}{guard}{inside}", "dim"),
    )


def _loss(entry: Entry) -> Iterator[RenderableType]:
    yield _head(entry)
    yield Padding(Text(f"{entry.operation}d: {entry.loss}"), (0, 0, 0, 6))
    if entry.forced_by:
        yield Padding(Text("cannot be changed in place:", style="dim"), (0, 0, 0, 6))
        yield _properties(entry.forced_by)
    if entry.properties:
        yield Padding(Text("changes too:", style="dim"), (0, 0, 0, 6))
        yield _properties(entry.properties)


def _update(entry: Entry) -> Iterator[RenderableType]:
    yield _head(entry)
    yield from (Padding(Text(f"! {text}", style="yellow"), (0, 0, 0, 6)) for text in entry.cautions)
    if entry.properties:
        yield _properties(entry.properties)


def _properties(properties: tuple[Property, ...]) -> RenderableType:
    grid = Table.grid(padding=(0, 2))
    grid.add_column(style="dim", overflow="fold", max_width=44)
    grid.add_column(overflow="fold")
    for each in properties:
        grid.add_row(Text(each.path), Text(wording.arrow(each.old, each.new) if each.old or each.new else ""))
    return Padding(grid, (0, 0, 0, 6))


def _creates(report: Report) -> Iterator[RenderableType]:
    for group in report.creates:
        what = f" ({group.type})" if group.type else ""
        types = ", ".join(f"{number} × {name}" for name, number in group.types)
        yield Text.assemble(("  + ", "green"), (group.name, "bold"), f"{what}  {group.count}")
        yield Padding(Text(types), (0, 0, 0, 6))
        yield Padding(Text(", ".join(group.names), style="dim"), (0, 0, 0, 6))


def _drift(report: Report) -> Iterator[RenderableType]:
    for each in report.drift:
        yield Text(f"  {each.type} {each.name}: {each.text}")
        if each.properties:
            yield _properties(each.properties)


def _rules(report: Report) -> Iterator[RenderableType]:
    yield Text.assemble(("\nRules  ", "bold"), wording.rules(report.policy))
    for each in report.policy.violations:
        yield Text.assemble(("  ✗ ", "red"), (each.rule, "bold"), f"  {each.type} {each.name}")
        yield Padding(Text(each.what), (0, 0, 0, 6))
        yield Padding(Text(f"→ {each.cure}"), (0, 0, 0, 6))


def _cost(report: Report) -> Iterator[RenderableType]:
    cost = report.cost
    yield Text.assemble(("\nCost   ", "bold"), wording.cost(cost))
    rows = wording.cost_rows(cost)
    if rows:
        grid = Table.grid(padding=(0, 2))
        for justify in ("left", "right", "left"):
            grid.add_column(justify=justify, overflow="fold")
        for row in rows:
            named = Text(f"{kind(row.type)} {row.name}")
            grid.add_row(named, wording.money(row.difference, signed=True), Text(row.basis, style="dim"))
        yield Padding(grid, (0, 0, 0, 2))
    yield from (Text(f"  not priced: {kind(each.type)} {each.name}: {each.why}") for each in cost.not_priced)
    small = [f"{wording.cost_basis(cost)}.", *(f"{note}." for note in cost.notes)]
    if cost.not_included:
        small.append(f"Not included: {'; '.join(cost.not_included)}.")
    yield from (Padding(Text(line, style="dim"), (0, 0, 0, 2)) for line in small)
