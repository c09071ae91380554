"""Weeks: rows per week, and the band in which a week's rows are expected from the weeks before it."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from math import exp, log
from statistics import median
from typing import Any

from recommender.validation.orders_table import query

HISTORY_WEEKS = 8
"""Before a week; long enough that one odd week does not move the median."""

LEAST_HISTORY = 4
YEAR_WEEKS = 52
WIDTH = 4.0
"""Of the band, in robust standard deviations to each side."""

LEAST_SPREAD = 0.12
"""Of the logarithm: weeks that hardly differ would else make a band that every holiday leaves."""

CONSISTENCY = 1.4826
"""Median absolute deviation times this is the standard deviation of a normal distribution."""


@dataclass(frozen=True, kw_only=True)
class Week:
    """Seven days of orders, and how many rows were to be expected."""

    first_day: date
    rows: int
    expected: float | None = None
    """None where too little came before."""
    low: float | None = None
    high: float | None = None

    @property
    def strange(self) -> bool:
        """Whether the rows lie outside of the band."""
        return self.low is not None and self.high is not None and not self.low <= self.rows <= self.high


def days_of(backend: Any) -> dict[date, int]:
    """Return the rows of each day that has some, oldest first, from the database's view `good`."""
    counted = query(
        backend,
        "SELECT invoice_date::DATE AS day, count(*) FROM good WHERE invoice_date IS NOT NULL GROUP BY day ORDER BY day",
    )
    return dict(counted)


def weeks_of(days: Mapping[date, int]) -> list[Week]:
    """Return the weeks, oldest first, counted back from the last day, so that the last one is a whole one.

    The first one may have begun before the orders do.
    """
    last = max(days, default=date.min)
    rows = Counter[int]()
    for day, count in days.items():
        rows[(last - day).days // 7] += count
    weeks = range(max(rows, default=-1), -1, -1)
    return expect([Week(first_day=last - timedelta(days=7 * back + 6), rows=rows[back]) for back in weeks])


def expect(weeks: Sequence[Week]) -> list[Week]:
    """Give each week what the weeks before it, and the same season a year before, let expect."""
    rows = [week.rows for week in weeks]
    return [_expected(week, rows, at) for at, week in enumerate(weeks)]


def _expected(week: Week, rows: Sequence[int], at: int) -> Week:
    # The first week is left out: it may be cut off.
    before = [count for count in rows[max(1, at - HISTORY_WEEKS) : at] if count > 0]
    if len(before) < LEAST_HISTORY:
        return week
    level = median(before) * _season(rows, at)
    logs = [log(count) for count in before]
    middle = median(logs)
    spread = max(CONSISTENCY * median(abs(one - middle) for one in logs), LEAST_SPREAD)
    factor = exp(WIDTH * spread)
    return Week(first_day=week.first_day, rows=week.rows, expected=level, low=level / factor, high=level * factor)


def _season(rows: Sequence[int], at: int) -> float:
    """Return how the week compared with those before it a year ago; 1 where that year is not known."""
    then = at - YEAR_WEEKS
    before = [count for count in rows[max(1, then - HISTORY_WEEKS) : max(then, 0)] if count > 0]
    around = [count for count in rows[max(then - 1, 1) : then + 2] if count > 0] if then > 0 else []
    if len(before) < LEAST_HISTORY or not around:
        return 1.0
    return median(around) / median(before)
