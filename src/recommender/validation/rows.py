"""Row checks: types, missing values and ranges, with pandera. A single wrong row fails: it means that an export broke."""

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
    quantity = pandera.Check.in_range(-LARGEST_QUANTITY, LARGEST_QUANTITY, name="quantity_range")
    price = pandera.Check.in_range(-LARGEST_PRICE, LARGEST_PRICE, name="price_range")
    dates = [
        pandera.Check.less_than_or_equal_to(now, name="date_in_the_future"),
        pandera.Check.greater_than_or_equal_to(EARLIEST, name="date_too_early"),
    ]
    return pandera.DataFrameSchema(
        {
            "invoice_no": pandera.Column(nullable=False),
            "stock_code": pandera.Column(nullable=False),
            "description": pandera.Column(nullable=True),
            "quantity": pandera.Column("int64", quantity),
            "invoice_date": pandera.Column("datetime64[us]", dates, nullable=False),
            "unit_price": pandera.Column("float64", price, nullable=False),
            "customer_id": pandera.Column("Int64", pandera.Check.greater_than(0, name="customer_range"), nullable=True),
            "country": pandera.Column(nullable=True),
        }
    )


def check_rows(orders: pd.DataFrame, now: datetime) -> list[Finding]:
    """Check every row against the schema; one finding a broken rule, or a single good one."""
    # pandera refuses a column of whole numbers with gaps before it looks at the rows: a gap is named like any other.
    schema = row_schema(now)
    if orders["quantity"].hasnans:
        schema = schema.update_column("quantity", dtype="float64")
    try:
        schema.validate(orders, lazy=True)
    except pandera.errors.SchemaErrors as broken:
        cases = broken.failure_cases
        return [_finding(orders, key, group) for key, group in cases.groupby(["column", "check"], sort=True)]
    return [Finding(check="rows", level=Level.OK, message=f"all {len(orders)} rows fit the schema", value=0.0)]


def _finding(orders: pd.DataFrame, column_check: tuple[str, str], cases: pd.DataFrame) -> Finding:
    column, check = column_check
    rule = "missing" if check == "not_nullable" else check.split("(")[0]
    at = [int(row) for row in cases["index"].dropna()]
    return Finding(
        check=f"{column}_{rule}" if not rule.startswith(column) else rule,
        level=Level.FAILURE,
        message=f"{column}: {rule.replace('_', ' ')} in {len(cases)} rows",
        value=float(len(cases)),
        failure_limit=0.0,
        rows=[name_row(orders, row, column) for row in at[:ROWS_NAMED]],
    )


def name_row(orders: pd.DataFrame, row: int, column: str) -> str:
    """Name a row so that a person finds it: counted from 1, with invoice and stock code."""
    line = orders.iloc[row]
    return f"row {row + 1} (invoice {line['invoice_no']}, stock code {line['stock_code']}): {column} = {line[column]}"
