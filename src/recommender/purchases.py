"""Purchases: what remains of the orders without everything that is no purchase of a product by a known customer.

One row per customer, invoice and product. Every later step (windows, features, holdout, serving) starts from here.
"""

import tempfile
import uuid
from pathlib import Path
from typing import Any

import duckdb
import ibis
from ibis.expr.types import Table

from recommender.features.engine import DuckDb, Engine

MEMORY_MIB = 768
"""What DuckDB may hold in memory before it spills to disk: leaves a job of 2 GiB its likenesses and candidates."""


def purchases_of(orders: Table) -> Table:
    """Return the purchases among orders."""
    line: Any = orders
    kept: Any = line.filter(
        line.customer_id.notnull(),
        ~line.invoice_no.startswith("C"),  # a return
        line.quantity > 0,
        line.unit_price > 0,
        line.stock_code.re_search(r"^\d{5}"),  # postage, fees and corrections have no such code
    )
    keys = {"customer": kept.customer_id, "invoice": kept.invoice_no, "product": _code(kept)}
    return kept.group_by(**keys).agg(
        time=kept.invoice_date.min(),
        # As numbers with a fraction: DuckDB's sum of integers has 128 bits, which Parquet and ibis do not know.
        quantity=kept.quantity.cast("float64").sum().cast("int64"),
        price=(kept.quantity * kept.unit_price).sum() / kept.quantity.sum(),
        country=kept.country.min(),
    )


def products_of(orders: Table, purchases: Table) -> Table:
    """Return the products purchased with what each is called most often."""
    line: Any = orders
    told: Any = line.filter(line.description.notnull(), line.unit_price > 0, line.quantity > 0)
    named: Any = told.group_by(product=_code(told), name=told.description.strip()).agg(times=told.count())
    best = named.group_by("product").agg(
        name=named["name"].argmax(ibis.struct({"times": named.times, "name": named["name"]}))
    )
    sold = purchases.select("product").distinct()
    both = sold.left_join(best, "product")
    return both.select("product", name=both["name"].coalesce(both["product"]))


def _code(orders: Any) -> Any:
    return orders.stock_code.strip().upper()


def connect(memory_mib: int = MEMORY_MIB) -> duckdb.DuckDBPyConnection:
    """Open an in-memory database that gives the same bits every time, and spills to disk what does not fit.

    One thread: parallel sums of floating-point numbers depend on the order in which threads finish.
    """
    spilled = str(Path(tempfile.gettempdir()) / f"recommender-{uuid.uuid4().hex}")  # DuckDB makes and removes it
    return duckdb.connect(config={"threads": 1, "memory_limit": f"{memory_mib}MiB", "temp_directory": spilled})


def extract_purchases(database: duckdb.DuckDBPyConnection, orders: Path) -> None:
    """Create the tables `purchases` and `products` of a database from an orders snapshot."""
    extract(DuckDb(database), orders)


def extract(engine: Engine, orders: Path) -> None:
    """Keep the tables `purchases` and `products` from an orders snapshot."""
    rows = engine.read("orders", orders)
    order = ["time", "customer", "invoice", "product"]
    purchases = engine.keep("purchases", purchases_of(rows).order_by(order))
    engine.keep("products", products_of(rows, purchases).order_by("product"))
