"""Windows: which part of the past is learned from, and which month is held out to judge."""

import calendar
from dataclasses import dataclass
from datetime import datetime, timedelta

from recommender.errors import BadOrders

CLOSED_DAYS = 3
"""A month counts as full when orders reach to within this many days of its end: shops close at weekends."""


@dataclass(frozen=True, kw_only=True)
class Window:
    """What is known before `cutoff` and what is bought from then until `end` (not included)."""

    cutoff: datetime
    end: datetime


def holdout_window(last_order: datetime, *, cutoff: datetime | None = None, holdout_days: int | None = None) -> Window:
    """Return the window that judges models: the last full month of the data, unless asked otherwise.

    Args:
        last_order: time of the last order.
        cutoff: first moment of the holdout.
        holdout_days: length of the holdout; without it, a month.
    """
    if cutoff is not None:
        end = cutoff + timedelta(days=holdout_days) if holdout_days else month_later(cutoff)
        return Window(cutoff=cutoff, end=end)
    reached = last_order + timedelta(days=CLOSED_DAYS)
    end = datetime(reached.year, reached.month, 1)
    if holdout_days:
        return Window(cutoff=end - timedelta(days=holdout_days), end=end)
    before = end - timedelta(days=1)
    return Window(cutoff=datetime(before.year, before.month, 1), end=end)


def training_windows(
    first_order: datetime, holdout: Window, *, count: int, step_days: int, history_days: int
) -> list[Window]:
    """Slide back from the holdout: windows as long as the holdout that end at or before its cutoff, newest first.

    Args:
        first_order: time of the first order.
        holdout: the window that must not be learned from.
        count: how many windows at most.
        step_days: distance between two windows; smaller than their length, so they overlap.
        history_days: how much must be known before a window starts.

    Raises:
        BadOrders: the orders are too short for a single window.
    """
    length = holdout.end - holdout.cutoff
    cutoffs = [holdout.cutoff - length - timedelta(days=step_days * i) for i in range(count)]
    known = [at for at in cutoffs if at - first_order >= timedelta(days=history_days)]
    if not known:
        raise BadOrders(
            f"the orders begin at {first_order:%Y-%m-%d}: too short to learn from before the holdout of "
            f"{holdout.cutoff:%Y-%m-%d}; {history_days} days of history and {length.days} days of purchases are needed"
        )
    return [Window(cutoff=at, end=at + length) for at in known]


def month_later(at: datetime) -> datetime:
    """Return the same moment a month later, at the latest on that month's last day."""
    year, month = (at.year + 1, 1) if at.month == 12 else (at.year, at.month + 1)
    return at.replace(year=year, month=month, day=min(at.day, calendar.monthrange(year, month)[1]))
