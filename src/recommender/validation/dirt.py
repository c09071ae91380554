"""Expected dirt: rows that every shop's orders hold and later steps leave out. Counted; too many are a failure."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
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
    Dirt(check="no_description", column="description", noun="rows without a description", warning=0.02, failure=0.50),
    Dirt(check="returns", column="quantity", noun="returns", warning=0.05, failure=0.30),
    Dirt(check="free_lines", column="unit_price", noun="lines without a price", warning=0.02, failure=0.20),
    Dirt(check="no_products", column="stock_code", noun="lines that are no products", warning=0.02, failure=0.20),
    Dirt(check="duplicates", column="stock_code", noun="duplicate lines", warning=0.02, failure=0.20),
)


def check_dirt(orders: pd.DataFrame) -> list[Finding]:
    """Count each kind of dirt."""
    return [_count(kind, orders, dirty_rows(orders, kind.check)) for kind in KINDS]


def dirty_rows(orders: pd.DataFrame, check: str) -> npt.NDArray[np.bool_]:
    """Return which rows are dirty in the way that a check looks for."""
    codes, invoices = (orders[name].str for name in ("stock_code", "invoice_no"))
    match check:
        case "missing_customer":
            dirty = orders["customer_id"].isna()
        case "no_description":
            dirty = orders["description"].isna()
        case "returns":
            dirty = (orders["quantity"] <= 0) | invoices.startswith("C").fillna(False).astype(bool)
        case "free_lines":
            dirty = orders["unit_price"] <= 0
        case "no_products":
            dirty = ~codes.match(r"\d{5}").fillna(False).astype(bool)
        case _:
            dirty = orders.duplicated()
    return np.asarray(dirty, bool)


def _count(kind: Dirt, orders: pd.DataFrame, dirty: npt.NDArray[np.bool_]) -> Finding:
    count = int(dirty.sum())
    share = count / max(len(orders), 1)
    at = dirty.nonzero()[0][:ROWS_NAMED]
    return graded(
        kind.check,
        share,
        f"{count} {kind.noun}: {share:.1%} of rows (warned above {kind.warning:.0%}, refused above {kind.failure:.0%})",
        warning=kind.warning,
        failure=kind.failure,
        rows=[name_row(orders, int(row), kind.column) for row in at],
    )
