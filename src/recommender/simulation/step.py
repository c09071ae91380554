"""`python -m recommender simulate OUT.parquet`: write simulated orders."""

import argparse
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as parquet

from recommender.orders import SCHEMA
from recommender.simulation.buying import Lines, buy
from recommender.simulation.dirt import soil
from recommender.simulation.shop import Shop, open_shop

START = datetime(2023, 12, 1)
DAYS = 274
"""Nine months: eight to learn from and the last one, August, to judge by."""

LINES_PER_ORDER = 22.0
ROWS_PER_CUSTOMER = 95
ROWS_PER_PRODUCT = 85
PRODUCTS_AT_LEAST = 60
LOST_LINES = 1.6
"""Lines drawn for one that is kept: many are out of season, or twice in an order."""


def simulate(arguments: Sequence[str]) -> None:
    """Write simulated orders to a parquet file; the same rows and seed give the same file."""
    parser = argparse.ArgumentParser(prog="recommender simulate", description=simulate.__doc__)
    parser.add_argument("output", type=Path)
    parser.add_argument("--rows", type=int, default=320_000, help="about how many rows")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args(arguments)
    orders = simulated_orders(rows=options.rows, seed=options.seed)
    parquet.write_table(orders, options.output, compression="zstd")
    print(f"simulated {orders.num_rows} rows in {options.output}")


def simulated_orders(*, rows: int, seed: int, start: datetime = START, days: int = DAYS) -> pa.Table:
    """Return about as many rows of simulated orders, in the schema of real ones.

    Raises:
        ValueError: fewer than 2000 rows, of which no shop with habits can be made.
    """
    if rows < 2000:
        raise ValueError(f"{rows} rows make no shop; at least 2000 are needed")
    random = np.random.default_rng(seed)
    products = max(PRODUCTS_AT_LEAST, min(rows // ROWS_PER_PRODUCT, 5000))
    shop = open_shop(
        random,
        products=products,
        customers=max(rows // ROWS_PER_CUSTOMER, 20),
        weeks=days // 7 + 1,
        lines=min(LINES_PER_ORDER, products / 6),
    )
    wanted = rows / (shop.appetite * shop.activity).sum()
    orders = int(wanted * LOST_LINES)
    clean = _table(random, shop, buy(random, shop, start=start, days=days, orders=orders))
    return soil(random, clean)


def _table(random: np.random.Generator, shop: Shop, lines: Lines) -> pa.Table:
    quantity = np.maximum(1, random.lognormal(1.5, 1.0, len(lines.product)).astype(np.int64))
    columns = {
        "invoice_no": pa.array(lines.invoice + 500_000).cast(pa.string()),
        "stock_code": _text(shop.codes, lines.product),
        "description": _text(shop.names, lines.product),
        "quantity": quantity,
        "invoice_date": lines.time.astype("datetime64[us]"),
        "unit_price": np.round(shop.prices[lines.product] * random.choice([1.0, 1.0, 0.85], len(quantity)), 2) + 0.01,
        "customer_id": shop.customers[lines.customer],
        "country": _text(shop.countries, lines.customer),
    }
    return pa.table(columns).cast(SCHEMA)


def _text(of: npt.NDArray[np.str_], at: npt.NDArray[np.int64]) -> pa.Array:
    """Return the texts at positions, without a Python object for each of millions of lines."""
    return pa.array(of.tolist(), pa.string()).take(pa.array(at))
