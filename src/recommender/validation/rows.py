"""Row checks: types, missing values and ranges, with pandera. A single wrong row fails: an export broke."""

from datetime import datetime

import pandas as pd
import pandera.pandas as pandera

from recommender.validation.finding import ROWS_NAMED, Finding, Level

LARGEST_QUANTITY = 100_000
LARGEST_PRICE = 100_000
"""In pounds; the largest real ones are adjustments of some ten thousand."""

EARLIEST = datetime(2000, 1, 1)


def row_schema(now: datetime) -> pandera.DataFrameSchema:
    """Return what holds of every row.

    Args:
        now: orders after this moment cannot have happened.
    """
    quantity = pandera.Check.in_range(-LARGEST_QUANTITY, LARGEST_QUANTITY, error="out of range")
    price = pandera.Check.in_range(-LARGEST_PRICE, LARGEST_PRICE, error="out of range")
    dates = [
        pandera.Check.less_than_or_equal_to(now, error="in the future"),
        pandera.Check.greater_than_or_equal_to(EARLIEST, error="too early"),
    ]
    return pandera.DataFrameSchema(
        {
            "invoice_no": pandera.Column(nullable=False),
            "stock_code": pandera.Column(nullable=False),
            "description": pandera.Column(nullable=True),
            "quantity": pandera.Column("Int64", quantity, nullable=False),
            "invoice_date": pandera.Column("datetime64[us]", dates, nullable=False),
            "unit_price": pandera.Column("float64", price, nullable=False),
            "customer_id": pandera.Column("Int64", pandera.Check.greater_than(0, error="not positive"), nullable=True),
            "country": pandera.Column(nullable=True),
        }
    )


def check_rows(orders: pd.DataFrame, now: datetime) -> list[Finding]:
    """Check every row against the schema; one finding a broken rule, or a single good one."""
    try:
        row_schema(now).validate(orders, lazy=True)
    except pandera.errors.SchemaErrors as broken:
        cases = broken.failure_cases
        return [_finding(orders, key, group) for key, group in cases.groupby(["column", "check"], sort=True)]
    return [Finding(check="rows", level=Level.OK, message=f"all {len(orders)} rows fit the schema", value=0.0)]


def _finding(orders: pd.DataFrame, column_check: tuple[str, str], cases: pd.DataFrame) -> Finding:
    column, check = column_check
    rule = "missing" if check == "not_nullable" else check
    at = [int(row) for row in cases["index"].dropna()]
    return Finding(
        check=f"{column}_{rule.replace(' ', '_')}",
        level=Level.FAILURE,
        message=f"{column} is {rule} in {len(cases)} {'row' if len(cases) == 1 else 'rows'}",
        value=float(len(cases)),
        failure_limit=0.0,
        rows=[name_row(orders, row, column) for row in at[:ROWS_NAMED]],
    )


def name_row(orders: pd.DataFrame, row: int, column: str) -> str:
    """Name a row so that a person finds it: counted from 1, with invoice and stock code."""
    line = orders.iloc[row]
    return f"row {row + 1} (invoice {line['invoice_no']}, stock code {line['stock_code']}): {column} = {line[column]}"
