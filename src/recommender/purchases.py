"""Purchases: what remains of the orders without everything that is no purchase of a product by a known customer.

One row per customer, invoice and product. Every later step (windows, features, holdout, serving) starts from here.
"""

from pathlib import Path

import duckdb

PURCHASES = r"""
    SELECT
        customer_id AS customer,
        invoice_no AS invoice,
        upper(trim(stock_code)) AS product,
        min(invoice_date) AS time,
        sum(quantity)::BIGINT AS quantity,
        sum(quantity * unit_price) / sum(quantity) AS price,
        min(country) AS country,
    FROM orders
    WHERE customer_id IS NOT NULL
        AND NOT starts_with(invoice_no, 'C')  -- a return
        AND quantity > 0
        AND unit_price > 0
        AND regexp_matches(stock_code, '^\d{5}')  -- postage, fees and corrections have no such code
    GROUP BY ALL
    ORDER BY time, customer, invoice, product
"""

PRODUCTS = """
    WITH named AS (
        SELECT upper(trim(stock_code)) AS product, trim(description) AS name, count(*) AS times
        FROM orders
        WHERE description IS NOT NULL AND unit_price > 0 AND quantity > 0
        GROUP BY ALL
    )
    SELECT product, coalesce(arg_max(name, (times, name)), product) AS name
    FROM (SELECT DISTINCT product FROM purchases) LEFT JOIN named USING (product)
    GROUP BY product
    ORDER BY product
"""


def connect() -> duckdb.DuckDBPyConnection:
    """Open an in-memory database that gives the same bits every time.

    One thread: parallel sums of floating-point numbers depend on the order in which threads finish.
    """
    return duckdb.connect(config={"threads": 1})


def extract_purchases(database: duckdb.DuckDBPyConnection, orders: Path) -> None:
    """Create the tables `purchases` and `products` from an orders snapshot."""
    database.read_parquet(str(orders)).create_view("orders")
    database.execute(f"CREATE TABLE purchases AS {PURCHASES}")
    database.execute(f"CREATE TABLE products AS {PRODUCTS}")
