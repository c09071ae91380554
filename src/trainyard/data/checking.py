"""A file of orders checked, and described by what a person would ask first."""

# pyarrow.compute makes its functions at import.
# pyright: reportAttributeAccessIssue=false

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from trainyard.data.columns import COLUMNS, Column
from trainyard.data.file_hash import file_hash
from trainyard.data.reading import read_orders_file
from trainyard.errors import UsageError


@dataclass(frozen=True, kw_only=True)
class CheckedOrders:
    """A file of orders that a run may train on."""

    path: Path
    sha256: str
    """Of the file's bytes: the identity of this data in every record."""
    rows: int
    customers: int
    first_order: datetime
    last_order: datetime


def check_orders_file(path: Path, now: datetime) -> CheckedOrders:
    """Check a parquet or CSV file of orders.

    Args:
        path: of the file.
        now: the latest moment an order can have, with its zone.

    Raises:
        UsageError: the file is missing, empty, cut off, lacks a column, or a column holds what it must not.
    """
    table = read_orders_file(path)
    missing = [column.name for column in COLUMNS if column.name not in table.column_names]
    if missing:
        raise UsageError(
            f"{path.name} lacks the column{'s' if len(missing) > 1 else ''} {', '.join(missing)}",
            where=str(path),
            cure=f"It has: {', '.join(table.column_names)}. Name them as in the documentation of the orders",
        )
    if table.num_rows == 0:
        raise UsageError(f"{path.name} is empty: it has columns but no rows", where=str(path), cure="Export it again")
    for column in COLUMNS:
        _check_kind(path, table, column)
    first, last = _span(path, table, now)
    return CheckedOrders(
        path=path,
        sha256=file_hash(path),
        rows=table.num_rows,
        customers=pc.count_distinct(table["customer_id"]).as_py(),
        first_order=first,
        last_order=last,
    )


def _check_kind(path: Path, table: pa.Table, column: Column) -> None:
    values = table[column.name]
    # A column of nothing but nulls has no type of its own; the pipeline's validation judges missing values.
    if column.accepts(values.type) or pa.types.is_null(values.type):
        return
    row, value = _example(values)
    raise UsageError(
        f"{path.name}: column {column.name} must hold {column.holds}, but is {values.type}; row {row} has {value!r}",
        where=str(path),
        cure="Correct the column at its source and export the file again",
    )


def _example(values: pa.ChunkedArray) -> tuple[int, Any]:
    """Return the first value that does not read as a number, or simply the first, with its row (the first is 1)."""
    items = values.to_pylist()
    for row, value in enumerate(items, start=1):
        try:
            float(value)
        except (TypeError, ValueError):
            if value is not None:
                return row, value
    return next(((row, value) for row, value in enumerate(items, start=1) if value is not None), (1, None))


def _span(path: Path, table: pa.Table, now: datetime) -> tuple[datetime, datetime]:
    dates = table["invoice_date"].cast(pa.timestamp("us"), safe=False)
    span = pc.min_max(dates).as_py()
    if span["max"] is None:
        raise UsageError(
            f"{path.name}: column invoice_date has no times at all", where=str(path), cure="Export it again"
        )
    # Shops write local time without a zone: the earliest zone is 14 hours ahead of UTC.
    limit = pa.scalar(now.astimezone(UTC).replace(tzinfo=None), pa.timestamp("us"))
    ahead = pc.greater(pc.subtract(dates, pa.scalar(14 * 3600 * 10**6, pa.duration("us"))), limit)
    count = pc.sum(ahead).as_py() or 0
    if count:
        row = pc.index(ahead, True).as_py()
        raise UsageError(
            f"{path.name} has {count} order lines in the future: row {row + 1} is dated {dates[row].as_py()}",
            where=str(path),
            cure="Correct the dates at their source (day and month swapped?) and export the file again",
        )
    return span["min"], span["max"]
