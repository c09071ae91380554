"""What pandera holds the orders to: columns and types before the rules, and every line rule after them."""

# pandera's Ibis backend is not annotated.
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false

from collections.abc import Sequence
from typing import Any

import ibis
import pandera.ibis as pandera
from pandera.errors import SchemaErrors

from recommender.errors import BadOrders
from recommender.validation.rule import LineRule, Lines

COLUMNS = {
    "invoice_no": "string",
    "stock_code": "string",
    "description": "string",
    "quantity": "int64",
    "invoice_date": "timestamp(6)",
    "unit_price": "float64",
    "customer_id": "int64",
    "country": "string",
}
_MAY_BE_MISSING = ("description", "customer_id")


def check_columns(lines: Lines) -> None:
    """Check that all columns are there, each of its type.

    Raises:
        BadOrders: one is missing or of another type; no row can be judged then.
    """
    schema = pandera.DataFrameSchema(
        {name: pandera.Column(ibis.dtype(kind), nullable=True) for name, kind in COLUMNS.items()}
    )
    try:
        schema.validate(lines, lazy=True)
    except SchemaErrors as broken:
        raise BadOrders(f"the snapshot is not of orders: {_said(broken)}; export it with these columns") from broken


def check_validated(lines: Lines, rules: Sequence[LineRule]) -> None:
    """Check what was written for the later steps, as pandera reads it: nothing that a line rule refuses got through.

    Raises:
        BadOrders: something did; the quarantine has a fault.
    """
    schema = pandera.DataFrameSchema(
        {name: pandera.Column(ibis.dtype(kind), nullable=name in _MAY_BE_MISSING) for name, kind in COLUMNS.items()},
        checks=[_check(rule) for rule in rules],
    )
    try:
        schema.validate(lines, lazy=True)
    except SchemaErrors as broken:
        raise BadOrders(f"rows got past the quarantine: {_said(broken)}") from broken


def _check(rule: LineRule) -> Any:
    return pandera.Check(lambda data: ~rule.broken(data.table), name=rule.reason, error=rule.reason, n_failure_cases=1)


def _said(broken: SchemaErrors) -> str:
    """Return pandera's findings in one line, without the data of whole columns."""
    found = broken.schema_errors
    return "; ".join(sorted({str(getattr(one, "args", [one])[0]).splitlines()[0][:200] for one in found}))
