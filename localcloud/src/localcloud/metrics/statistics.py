"""The statistics of CloudWatch over the points of one period."""

import math
import re
from collections.abc import Sequence

from localcloud.metrics.points import Point

_PERCENTILE = re.compile(r"p(\d{1,2}(?:\.\d+)?|100)")
_SIMPLE = ("SampleCount", "Sum", "Average", "Minimum", "Maximum")


def is_statistic(name: str) -> bool:
    """Return whether `name` is a statistic that can be computed here."""
    return name in _SIMPLE or _PERCENTILE.fullmatch(name) is not None


def statistic(points: Sequence[Point], name: str) -> float | None:
    """Return a statistic of the points, or None where there is no data for it.

    Percentiles are interpolated between the closest ranks. A statistic set that is not one repeated value has none,
    as in CloudWatch.

    Raises:
        ValueError: there is no such statistic.
    """
    if not is_statistic(name):
        raise ValueError(f"there is no statistic {name!r}; there are {', '.join(_SIMPLE)} and p0 to p100")
    if not points:
        return None
    if name == "Minimum":
        return min(point.low for point in points)
    if name == "Maximum":
        return max(point.high for point in points)
    if name.startswith("p"):
        return _percentile(points, float(name[1:]) / 100)
    count, total = sum(point.count for point in points), sum(point.total for point in points)
    if name == "SampleCount":
        return count
    if name == "Sum":
        return total
    return total / count if count else None


def _percentile(points: Sequence[Point], share: float) -> float | None:
    if any(point.low != point.high for point in points):
        return None
    ordered = sorted((point.low, point.count) for point in points)
    rank = share * (sum(count for _, count in ordered) - 1)
    below, above = _at_rank(ordered, math.floor(rank)), _at_rank(ordered, math.ceil(rank))
    return below + (above - below) * (rank - math.floor(rank))


def _at_rank(ordered: Sequence[tuple[float, float]], rank: float) -> float:
    seen = 0.0
    for value, count in ordered:
        seen += count
        if rank < seen:
            return value
    return ordered[-1][0]
