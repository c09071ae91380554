"""A snapshot measured for its record, and the rows that are new since an earlier one."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from recommender.validation.orders_table import query
from recommender.validation.recent import CATEGORIES, SOLD
from recommender.validation.record import Day, Kind, Record

MAY_BE_MISSING = ("customer_id", "description")
"""Columns whose missing values no rule sets apart."""


@dataclass(frozen=True, kw_only=True)
class NewRows:
    """The rows after a day."""

    rows: int
    quarantined: int
    missing: Mapping[str, int]
    weeks: int
    categories: Mapping[str, set[str]]
    """By the noun of a category, the values that came."""


def measure_record(backend: Any, data_hash: str, generation: int) -> Record:
    """Measure the views `lines` and `good`, of which `good` has at least one row."""
    rows, *missing = query(backend, f"SELECT count(*), {_missing()} FROM lines")[0]
    return Record(
        generation=generation,
        data_hash=data_hash,
        rows=rows,
        quarantined=query(backend, "SELECT count(DISTINCT position) FROM flagged")[0][0],
        missing=dict(zip(MAY_BE_MISSING, missing, strict=True)),
        days=_days(backend),
        weeks=query(backend, "SELECT count(DISTINCT date_trunc('week', invoice_date)) FROM good")[0][0],
        categories={one.noun: _kinds(backend, one.value) for one in CATEGORIES},
        prices=_prices(backend),
    )


def measure_new(backend: Any, after: date) -> NewRows:
    """Measure the rows of later days than `after`."""
    new = f"invoice_date::DATE > DATE '{after}'"
    rows, weeks, *missing = query(
        backend,
        f"SELECT count(*), count(DISTINCT date_trunc('week', invoice_date)), {_missing()} FROM lines WHERE {new}",
    )[0]
    apart = f"SELECT count(*) FROM lines WHERE {new} AND position IN (SELECT position FROM flagged)"
    return NewRows(
        rows=rows,
        quarantined=query(backend, apart)[0][0],
        missing=dict(zip(MAY_BE_MISSING, missing, strict=True)),
        weeks=weeks,
        categories={
            one.noun: {str(value) for (value,) in query(backend, f"SELECT DISTINCT {one.value} FROM good WHERE {new}")}
            for one in CATEGORIES
        },
    )


def _missing() -> str:
    return ", ".join(f"count(*) - count({column})" for column in MAY_BE_MISSING)


def _days(backend: Any) -> dict[date, Day]:
    # In cents, as whole numbers: their sum is the same in whatever order the threads add them up.
    cents = "round(100 * quantity * unit_price)::HUGEINT"
    found = query(
        backend,
        f"SELECT invoice_date::DATE, count(*), sum({cents}), sum(abs({cents})) FROM good GROUP BY 1 ORDER BY 1",
    )
    return {
        day: Day(rows=rows, amount=float(amount) / 100, gross=float(gross) / 100) for day, rows, amount, gross in found
    }


def _kinds(backend: Any, value: str) -> dict[str, Kind]:
    found = query(
        backend,
        f"SELECT {value}, count(*), count(DISTINCT date_trunc('week', invoice_date)) FROM good GROUP BY 1 ORDER BY 1",
    )
    return {str(name): Kind(rows=rows, weeks=weeks) for name, rows, weeks in found}


def _prices(backend: Any) -> tuple[float, ...]:
    (found,) = query(backend, f"SELECT quantile_disc(unit_price, [0.25, 0.5, 0.75]) FROM good WHERE {SOLD}")[0]
    return tuple(found or ())
