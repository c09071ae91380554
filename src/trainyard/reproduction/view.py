"""A reproduction on a terminal."""

from collections.abc import Iterator

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from trainyard.reproduction.comparison import TOLERANCE, Change, Comparison, Verdict, deviation

_MEANING = {
    Verdict.IDENTICAL: "the archive is byte for byte the registered one",
    Verdict.SAME_CONTENT: "every file of the model is byte for byte the registered one; the archive around them is not",
    Verdict.SAME_QUALITY: f"trained elsewhere, other bytes, every metric within {TOLERANCE:.1%}",
    Verdict.DIFFERENT: "this is not the model that was registered",
}
_SHOWN = 12
"""Lines of one kind of difference: two environments may differ in hundreds of packages."""


def show(comparison: Comparison, out: Console) -> None:
    """Print a comparison, the verdict first."""
    colour = "green" if comparison.same else "red"
    out.print(f"[bold {colour}]{comparison.verdict.capitalize()}[/]: {_MEANING[comparison.verdict]}")
    for reason in comparison.reasons:
        out.print(f"  {escape(reason)}", soft_wrap=True)
    then, now = comparison.archives
    out.print(f"archive sha256  {then}" if then == now else f"archive sha256  {then} then\n                {now} now")
    for title, lines in (("other bytes in", comparison.files), ("another machine", _lines(comparison.environment))):
        for line in _some(list(lines)):
            out.print(f"{title}: {escape(line)}", soft_wrap=True)
    if comparison.metrics:
        out.print(metrics_table(comparison))


def metrics_table(comparison: Comparison) -> Table:
    """Return the metrics then and now."""
    table = Table("metric", "registered", "again", "deviation", title_justify="left")
    for one in comparison.metrics:
        by = deviation(one)
        table.add_row(one.name, _number(one.then), _number(one.now), "" if by is None else f"{by:.3%}")
    return table


def _lines(changes: tuple[Change, ...]) -> Iterator[str]:
    for one in changes:
        yield f"{one.name}: {one.then} then, {one.now} now"


def _some(lines: list[str]) -> list[str]:
    more = len(lines) - _SHOWN
    return [*lines[:_SHOWN], f"and {more} more"] if more > 0 else lines


def _number(value: float | None) -> str:
    return "missing" if value is None else f"{value:.6f}"
