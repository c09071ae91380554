"""Expected dirt: rows that every shop's orders hold and that later steps leave out. Counted; too many of them is a failure."""

from dataclasses import dataclass

import pandas as pd

from recommender.validation.finding import ROWS_NAMED, Finding, graded
from recommender.validation.rows import name_row


@dataclass(frozen=True, kw_only=True)
class Dirt:
    """A kind of dirty row and how much of it is tolerable, as shares of all rows."""

    check: str
    column: str
    noun: str
    warning: float
    failure: float


KINDS = (
    Dirt(check="missing_customer", column="customer_id", noun="rows without a customer", warning=0.30, failure=0.60),
    Dirt(check="missing_description", column="description", noun="rows without a description", warning=0.02, failure=0.50),
    Dirt(check="returns", column="quantity", noun="returns", warning=0.05, failure=0.30),
    Dirt(check="free_lines", column="unit_price", noun="lines without a price", warning=0.02, failure=0.20),
    Dirt(check="no_products", column="stock_code", noun="lines that are no products", warning=0.02, failure=0.20),
    Dirt(check="duplicates", column="stock_code", noun="duplicate lines", warning=0.02, failure=0.20),
)


def check_dirt(orders: pd.DataFrame) -> list[Finding]:
    """Count each kind of dirt."""
    return [_count(kind, orders, dirty_rows(orders, kind.check)) for kind in KINDS]


def dirty_rows(orders: pd.DataFrame, check: str) -> pd.Series:
    """Return which rows are dirty in the way that a check looks for."""
    match check:
        case "missing_customer":
            return orders["customer_id"].isna()
        case "missing_description":
            return orders["description"].isna()
        case "returns":
            return (orders["quantity"] <= 0) | orders["invoice_no"].str.startswith("C").fillna(False).astype(bool)
        case "free_lines":
            return orders["unit_price"] <= 0
        case "no_products":
            return ~orders["stock_code"].str.match(r"\d{5}").fillna(False).astype(bool)
        case _:
            return orders.duplicated()


def _count(kind: Dirt, orders: pd.DataFrame, dirty: pd.Series) -> Finding:
    count = int(dirty.sum())
    share = count / max(len(orders), 1)
    at = dirty.to_numpy().nonzero()[0][:ROWS_NAMED]
    return graded(
        kind.check,
        share,
        f"{count} {kind.noun} ({share:.1%} of rows; warned of above {kind.warning:.0%}, refused above {kind.failure:.0%})",
        warning=kind.warning,
        failure=kind.failure,
        rows=[name_row(orders, int(row), kind.column) for row in at],
    )
