"""What is known at a cutoff: the purchases before it with their age, and each customer's orders.

All features derive from here, so that none looks past the cutoff; `leaks.py` proves it of each run.
"""

from datetime import datetime
from typing import Any

import ibis
from ibis.expr.types import Table

DAY_MICROSECONDS = 86_400_000_000


def known(purchases: Table, cutoff: datetime) -> Table:
    """Return the purchases before a cutoff with `age`, in days; nothing at or after it."""
    before: Any = purchases.filter(purchases.time < ibis.timestamp(cutoff))
    elapsed = ibis.timestamp(cutoff).delta(before.time, unit="microsecond")
    return before.mutate(age=elapsed / DAY_MICROSECONDS)


def orders_of(known: Table) -> Table:
    """Return each customer's orders, numbered by `position` from the latest, with their `lines`."""
    lines: Any = known  # ibis tells type checkers of a column that it is one, but not of what
    orders: Any = lines.group_by("customer", "invoice").agg(age=lines.age.min(), lines=lines.count())
    latest = ibis.window(group_by=orders.customer, order_by=[orders.age, orders.invoice])
    return orders.mutate(position=ibis.row_number().over(latest) + 1)


def faded(age: Any, half_life_days: float) -> Any:
    """Return a column of weights: each is 1 now and half as much after each half-life."""
    return ibis.literal(0.5) ** (age / half_life_days)
