"""Volume and freshness: are there enough orders, did they keep coming, and how old is the last one?"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import pairwise
from typing import Any

from recommender.validation.finding import Finding, Level, graded
from recommender.validation.limits import Limits
from recommender.validation.orders_table import query
from recommender.validation.weeks import Week, days_of, weeks_of

LEAST_ROWS = 1_000
LEAST_CUSTOMERS = 50
LEAST_DAYS = 120
"""Two months to know customers, one to learn from, and one to judge by."""

RECENT_WEEKS = 4
LONGEST_GAP_DAYS = 21
"""Shops close over Christmas; three weeks without an order are a hole in an export."""

FRESH_DAYS = 7


@dataclass(frozen=True, kw_only=True)
class Volume:
    """How much there is of the rows that are not in quarantine, and when."""

    rows: int
    customers: int
    days: Mapping[date, int]
    weeks: Sequence[Week]
    last_order: datetime | None


def measure_volume(backend: Any) -> Volume:
    """Measure the database's view `good`: a wrong date would make a gap, or hide that nothing has come for weeks."""
    rows, customers, last = query(backend, "SELECT count(*), count(DISTINCT customer_id), max(invoice_date) FROM good")[
        0
    ]
    days = days_of(backend)
    return Volume(rows=rows, customers=customers, days=days, weeks=weeks_of(days), last_order=last)


def check_volume(volume: Volume, now: datetime, limits: Limits) -> list[Finding]:
    """Check amounts, the last four weeks against those before, gaps, and the age of the last order."""
    if volume.last_order is None:
        return [Finding(check="volume", level=Level.FAILURE, message="there is no order with a date", value=0.0)]
    days = list(volume.days)
    return [
        _enough("rows", volume.rows, LEAST_ROWS),
        _enough("customers", volume.customers, LEAST_CUSTOMERS),
        _enough("days", (days[-1] - days[0]).days + 1, LEAST_DAYS),
        recent_volume(volume.weeks, limits.volume_tolerance),
        strange_weeks(volume.weeks),
        _longest_gap(days),
        freshness(volume.last_order, now, limits.age_days),
    ]


def _enough(noun: str, value: int, least: int) -> Finding:
    level = Level.OK if value >= least else Level.FAILURE
    message = f"{value} {noun}; at least {least} are needed"
    return Finding(check=f"volume_{noun}", level=level, message=message, value=float(value), failure_limit=float(least))


def recent_volume(weeks: Sequence[Week], tolerance: float) -> Finding:
    """Grade the rows of the last weeks, all together, against what was expected when they began."""
    recent = weeks[-RECENT_WEEKS:]
    begun = recent[0].expected if recent else None
    if begun is None:
        message = f"too little came before the last {RECENT_WEEKS} weeks to say how many rows they should have"
        return Finding(check="volume_recent", level=Level.OK, message=message)
    rows, expected = sum(week.rows for week in recent), begun * len(recent)
    ratio = rows / expected
    strange = not 1 / tolerance <= ratio <= tolerance
    return Finding(
        check="volume_recent",
        level=Level.FAILURE if strange else Level.OK,
        message=f"{rows} rows in the last {RECENT_WEEKS} weeks, {expected:.0f} were expected from the weeks before: "
        f"{ratio:.2f} times as many (allowed: {1 / tolerance:.2g} to {tolerance:.2g})",
        value=ratio,
        failure_limit=tolerance,
    )


def strange_weeks(weeks: Sequence[Week]) -> Finding:
    """Warn of recent weeks outside of their band: a person should know why."""
    strange = [week for week in weeks[-RECENT_WEEKS:] if week.strange]
    named = [f"from {one.first_day}: {one.rows} rows, {one.low:.0f} to {one.high:.0f} expected" for one in strange]
    message = f"{len(strange)} of the last {RECENT_WEEKS} weeks have more or fewer rows than expected"
    return graded("volume_weeks", float(len(strange)), message, warning=0, rows=named)


def _longest_gap(days: Sequence[date]) -> Finding:
    gaps = [((later - earlier).days, later) for earlier, later in pairwise(days)]
    longest, until = max(gaps, default=(0, days[-1]))
    message = f"the longest time without an order is {longest} days, until {until}"
    return graded("volume_gap", float(longest), message, warning=LONGEST_GAP_DAYS - 7, failure=LONGEST_GAP_DAYS)


def freshness(last: datetime, now: datetime, limit: int) -> Finding:
    """Grade the age of the last order; with a limit of 0 it is told only: a historic set is judged by its own end."""
    age = max((now - last).days, 0)
    allowed = f"at most {limit} are allowed" if limit else f"fresh up to {FRESH_DAYS}; no limit is set"
    message = f"the last order is of {last:%Y-%m-%d}, {age} days ago ({allowed})"
    return graded(
        "freshness",
        float(age),
        message,
        warning=min(FRESH_DAYS, limit or FRESH_DAYS),
        failure=limit or None,
    )
