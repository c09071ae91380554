"""Metric data queries, as GetMetricData and alarms ask them: statistics of metrics, and expressions over those."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from localcloud.errors import ValidationError
from localcloud.metrics.expressions import Values, evaluate
from localcloud.metrics.points import Point, SeriesKey
from localcloud.metrics.statistics import statistic
from localcloud.metrics.store import MetricStore


@dataclass(frozen=True, kw_only=True)
class Query:
    """Either a metric with a statistic, or an expression over other queries' ids."""

    id: str
    metric: SeriesKey | None = None
    stat: str = ""
    unit: str | None = None
    expression: str = ""
    returns: bool = True


@dataclass(frozen=True)
class Grid:
    """`length` periods of `period` seconds, the first from `start` (seconds since the epoch)."""

    start: float
    period: float
    length: int

    @property
    def starts(self) -> list[float]:
        """The start of each period."""
        return [self.start + index * self.period for index in range(self.length)]

    @property
    def end(self) -> float:
        """The end of the last period."""
        return self.start + self.length * self.period


def answer(store: MetricStore, queries: Sequence[Query], grid: Grid) -> dict[str, Values]:
    """Return the values of all queries in each period of the grid, by id.

    Raises:
        ValidationError: an expression is wrong, or expressions depend on each other in a circle.
    """
    known = {query.id: _measured(store, query, grid) for query in queries if query.metric}
    waiting = {query.id: query.expression for query in queries if not query.metric}
    while waiting:
        ready = [name for name, text in waiting.items() if not _mentions(text, waiting)]
        if not ready:
            raise ValidationError(f"The expressions {', '.join(sorted(waiting))} depend on each other.")
        for name in ready:
            known[name] = evaluate(waiting.pop(name), known, grid.length)
    return known


def _measured(store: MetricStore, query: Query, grid: Grid) -> Values:
    assert query.metric is not None
    points = store.between(query.metric, grid.start, grid.end)
    periods: list[list[Point]] = [[] for _ in range(grid.length)]
    for point in points:
        if query.unit in (None, "None", point.unit):
            periods[min(int((point.at - grid.start) / grid.period), grid.length - 1)].append(point)
    return [statistic(found, query.stat) for found in periods]


def _mentions(text: str, names: Mapping[str, str]) -> bool:
    return any(word in names for word in re.findall(r"[A-Za-z_]\w*", text))
