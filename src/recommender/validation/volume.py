"""Volume and freshness: are there enough orders, did they keep coming, and how old is the last one?"""

from datetime import datetime
from typing import Any

import pandas as pd

from recommender.validation.finding import Finding, Level, graded

LEAST_ROWS = 1_000
LEAST_CUSTOMERS = 50
LEAST_DAYS = 120
"""Two months to know customers, one to learn from, one to judge by."""

PERIOD_DAYS = 28
"""Whole weeks, so that week-ends do not matter."""

SMALLEST_RATIO = 0.2
LARGEST_RATIO = 5.0
LONGEST_GAP_DAYS = 21
"""Shops close over Christmas; three weeks without an order are a hole in an export."""

FRESH_DAYS = 7


def check_volume(orders: pd.DataFrame, now: datetime) -> list[Finding]:
    """Check amounts, the last four weeks against those before, gaps, and the age of the last order."""
    dates: Any = orders["invoice_date"].dropna()
    customers: Any = orders["customer_id"].nunique()
    if dates.empty:
        return [Finding(check="volume", level=Level.FAILURE, message="there is no order with a date", value=0.0)]
    return [
        _enough("rows", len(orders), LEAST_ROWS),
        _enough("customers", int(customers), LEAST_CUSTOMERS),
        _enough("days", (dates.max() - dates.min()).days + 1, LEAST_DAYS),
        _recent_volume(dates),
        _longest_gap(dates),
        _freshness(dates.max(), now),
    ]


def _enough(noun: str, value: int, least: int) -> Finding:
    level = Level.OK if value >= least else Level.FAILURE
    message = f"{value} {noun}; at least {least} are needed"
    return Finding(check=f"volume_{noun}", level=level, message=message, value=float(value), failure_limit=float(least))


def _recent_volume(dates: pd.Series) -> Finding:
    end = dates.max().normalize() + pd.Timedelta(days=1)
    middle = end - pd.Timedelta(days=PERIOD_DAYS)
    recent = int((dates >= middle).sum())
    before = int(((dates >= middle - pd.Timedelta(days=PERIOD_DAYS)) & (dates < middle)).sum())
    ratio = recent / max(before, 1)
    strange = not SMALLEST_RATIO <= ratio <= LARGEST_RATIO
    return Finding(
        check="volume_recent",
        level=Level.FAILURE if strange else Level.OK,
        message=f"{recent} rows in the last {PERIOD_DAYS} days, {before} in those before: {ratio:.2f} times as many "
        f"(allowed: {SMALLEST_RATIO:g} to {LARGEST_RATIO:g})",
        value=ratio,
        failure_limit=SMALLEST_RATIO,
    )


def _longest_gap(dates: pd.Series) -> Finding:
    days = pd.Series(dates.dt.normalize().unique()).sort_values(ignore_index=True)
    gaps = days.diff().dt.days.fillna(0)
    at = int(gaps.argmax())
    message = f"the longest time without an order is {int(gaps[at])} days, until {days[at]:%Y-%m-%d}"
    return graded("volume_gap", float(gaps[at]), message, warning=LONGEST_GAP_DAYS - 7, failure=LONGEST_GAP_DAYS)


def _freshness(last: pd.Timestamp, now: datetime) -> Finding:
    """Grade the age of the last order; never a failure: a historic set is judged by its own last month."""
    age = max((pd.Timestamp(now) - last).days, 0)
    message = f"the last order is of {last:%Y-%m-%d}, {age} days ago (fresh up to {FRESH_DAYS})"
    return graded("freshness", float(age), message, warning=FRESH_DAYS)
