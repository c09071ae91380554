"""Two versions of the orders compared, in the words of who trades with them. Pure."""

# pyarrow.compute makes its functions at import.
# pyright: reportAttributeAccessIssue=false

from collections import Counter
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """What `after` has that `before` has not, and the other way round."""

    rows: tuple[int, int]
    customers: tuple[int, int]
    new_customers: int
    gone_customers: int
    days: tuple[str, str]
    """First and last day of each, as `2024-01-01 to 2024-03-31`."""
    months: tuple[tuple[str, int, int], ...]
    """Months whose number of rows differs: month, rows before and after."""
    columns: tuple[str, ...]
    """Columns whose values differ within the days that both have."""


def compare(before: pa.Table, after: pa.Table) -> Comparison:
    """Return how two tables of orders differ; each has at least one row with a date."""
    sides = (before, after)
    ours, theirs = (set(table["customer_id"].drop_null().to_pylist()) for table in sides)
    return Comparison(
        rows=(before.num_rows, after.num_rows),
        customers=(len(ours), len(theirs)),
        new_customers=len(theirs - ours),
        gone_customers=len(ours - theirs),
        days=(_days(before), _days(after)),
        months=_months(before, after),
        columns=_columns(before, after),
    )


def _dates(table: pa.Table) -> pa.ChunkedArray:
    return table["invoice_date"].cast(pa.timestamp("us"), safe=False)


def _days(table: pa.Table) -> str:
    span = pc.min_max(_dates(table)).as_py()
    return f"{span['min']:%Y-%m-%d} to {span['max']:%Y-%m-%d}"


def _months(before: pa.Table, after: pa.Table) -> tuple[tuple[str, int, int], ...]:
    counts = [Counter[str](pc.strftime(_dates(table), "%Y-%m").drop_null().to_pylist()) for table in (before, after)]
    months = sorted(counts[0].keys() | counts[1].keys())
    return tuple(
        (month, counts[0][month], counts[1][month]) for month in months if counts[0][month] != counts[1][month]
    )


def _columns(before: pa.Table, after: pa.Table) -> tuple[str, ...]:
    """Return the columns that hold other values, counted without order, up to the day where the older one ends."""
    ends = min(pc.max(_dates(table)).as_py() for table in (before, after))
    shared = [
        table.filter(pc.less_equal(_dates(table), pa.scalar(ends, pa.timestamp("us")))) for table in (before, after)
    ]
    return tuple(name for name in before.column_names if _counts(shared[0], name) != _counts(shared[1], name))


def _counts(table: pa.Table, name: str) -> dict[object, int]:
    counted = pc.value_counts(table[name].cast(pa.string()))
    return {each["values"]: each["counts"] for each in counted.to_pylist()}
