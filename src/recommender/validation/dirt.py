"""Expected dirt: rows that every shop's orders hold and later steps leave out. Counted; too many are a failure."""

from dataclasses import dataclass
from typing import Any

from recommender.validation.finding import ROWS_NAMED, Finding, graded
from recommender.validation.group_rules import line_key
from recommender.validation.naming import name_line
from recommender.validation.orders_table import query
from recommender.validation.rule import Lines


@dataclass(frozen=True, kw_only=True)
class Dirt:
    """A kind of dirty row and how much of it is tolerable, as shares of all rows."""

    check: str
    column: str
    noun: str
    condition: str
    """In SQL, of a row of the orders."""
    warning: float
    failure: float


KINDS = (
    Dirt(
        check="missing_customer",
        column="customer_id",
        noun="rows without a customer",
        condition="customer_id IS NULL",
        warning=0.30,
        failure=0.60,
    ),
    Dirt(
        check="no_description",
        column="description",
        noun="rows without a description",
        condition="description IS NULL",
        warning=0.02,
        failure=0.50,
    ),
    Dirt(
        check="returns",
        column="quantity",
        noun="returns",
        condition="quantity <= 0 OR starts_with(invoice_no, 'C')",
        warning=0.05,
        failure=0.30,
    ),
    Dirt(
        check="free_lines",
        column="unit_price",
        noun="lines without a price",
        condition="unit_price <= 0",
        warning=0.02,
        failure=0.20,
    ),
    Dirt(
        check="no_products",
        column="stock_code",
        noun="lines that are no products",
        condition=r"NOT regexp_matches(stock_code, '^\d{5}')",
        warning=0.02,
        failure=0.20,
    ),
)
DUPLICATES = Dirt(
    check="duplicates", column="stock_code", noun="duplicate lines", condition="copy", warning=0.02, failure=0.20
)


def check_dirt(backend: Any, lines: Lines) -> list[Finding]:
    """Count each kind of dirt in the database's view `lines`."""
    counts = ", ".join(f"count(*) FILTER (WHERE {kind.condition})" for kind in KINDS)
    rows, *counted = query(backend, f"SELECT count(*), {counts} FROM lines")[0]
    found = [
        _graded(kind, count, rows, _first(backend, kind.condition) if count else [])
        for kind, count in zip(KINDS, counted, strict=True)
    ]
    return [*found, _duplicates(backend, lines, rows)]


def _duplicates(backend: Any, lines: Lines, rows: int) -> Finding:
    """Count the copies of lines, the first of each not among them."""
    keyed = lines.select("position", key=line_key(lines))
    groups = keyed.group_by("key").agg(copies=keyed.count(), last=keyed.position.max())
    copied = groups.filter(groups.copies > 1)
    seen = copied.agg(copies=(copied.copies - 1).sum().fill_null(0)).to_pyarrow().to_pylist()[0]["copies"]
    at = copied.order_by("last").limit(ROWS_NAMED).to_pyarrow()["last"].to_pylist() if seen else []
    named = _first(backend, f"position IN ({', '.join(map(str, at))})") if at else []
    return _graded(DUPLICATES, int(seen), rows, named)


def _first(backend: Any, condition: str) -> list[dict[str, Any]]:
    query = f"SELECT * FROM lines WHERE {condition} ORDER BY position LIMIT {ROWS_NAMED}"
    return backend.con.sql(query).to_arrow_table().to_pylist()


def _graded(kind: Dirt, count: int, rows: int, examples: list[dict[str, Any]]) -> Finding:
    share = count / max(rows, 1)
    return graded(
        kind.check,
        share,
        f"{count} {kind.noun}: {share:.1%} of rows (warned above {kind.warning:.0%}, refused above {kind.failure:.0%})",
        warning=kind.warning,
        failure=kind.failure,
        rows=[name_line(line, kind.column) for line in examples],
    )
