"""Build the states at a cutoff. The only way to features, for training, judging and serving."""

from dataclasses import replace
from datetime import datetime
from typing import Any

import duckdb
import numpy as np
import numpy.typing as npt
import pyarrow as pa

from recommender.features import definition
from recommender.features.definition import CUSTOMER_FEATURES, PAIR_FEATURES, PRODUCT_FEATURES
from recommender.features.discovery import Discovery
from recommender.features.retrieval import Candidates, Purchased, retrieve
from recommender.features.settings import FeatureSettings
from recommender.features.state import State, States

POPULAR_KEPT = 100
"""Popular products kept for unknown customers: twice what a request may ask for."""


def build_states(
    database: duckdb.DuckDBPyConnection,
    cutoff: datetime,
    settings: FeatureSettings,
    customers: npt.NDArray[np.int64] | None = None,
) -> States:
    """Compute candidates and features from the purchases before a cutoff.

    Args:
        database: holds the tables `purchases` and `products`.
        cutoff: nothing at or after this moment is looked at.
        settings: of retrieval.
        customers: limits the result to these (those without a purchase before the cutoff are left out).
    """
    _create_known(database, cutoff)
    everyone = _column(database, "SELECT customer FROM customers ORDER BY customer", np.int64)
    products = _column(database, "SELECT product FROM products_at ORDER BY product", np.str_)
    product_features = _features(database, "products_at", PRODUCT_FEATURES, "product")
    customer_features = _features(database, "customers", CUSTOMER_FEATURES, "customer")
    wanted = np.arange(len(everyone)) if customers is None else np.flatnonzero(np.isin(everyone, customers))
    recent = product_features[:, PRODUCT_FEATURES.index("product_buyers_30")]
    purchased = _purchased(database, settings, (len(everyone), len(products)))
    found = retrieve(purchased, wanted, recent, settings)
    new = Discovery(purchased, products, _names(database), settings).of(wanted, customer_features, product_features)
    _register_candidates(database, found, everyone, products)
    popular = np.lexsort((np.arange(len(products)), -recent))[:POPULAR_KEPT].astype(np.int32)
    general = State(
        customers=everyone[wanted],
        products=products,
        offsets=np.searchsorted(found.customer, np.append(wanted, len(everyone))).astype(np.int64),
        candidates=found.product,
        pair_features=_features(database, "pairs", PAIR_FEATURES, "customer, pair_position"),
        customer_features=customer_features[wanted],
        product_features=product_features,
        popular=popular,
        popular_scores=recent[popular] / max(float(np.count_nonzero(customer_features[:, 1] < 30)), 1.0),
    )
    discovery = replace(
        general,
        offsets=np.searchsorted(new.customer, np.append(wanted, len(everyone))).astype(np.int64),
        candidates=new.product,
        pair_features=new.pair_features,
    )
    return States(general=general, discovery=discovery)


def _create_known(database: duckdb.DuckDBPyConnection, cutoff: datetime) -> None:
    at = {"cutoff": cutoff}
    database.execute(f"CREATE OR REPLACE TEMP TABLE known AS {definition.KNOWN}", at)
    database.execute(f"CREATE OR REPLACE TEMP TABLE orders_of AS {definition.ORDERS_OF}")
    database.execute(f"CREATE OR REPLACE TEMP TABLE customers AS {definition.CUSTOMERS}")
    database.execute(f"CREATE OR REPLACE TEMP TABLE products_at AS {definition.PRODUCTS}")


def _purchased(database: duckdb.DuckDBPyConnection, settings: FeatureSettings, shape: tuple[int, int]) -> Purchased:
    found: dict[str, Any] = database.execute(
        """
        WITH c AS (SELECT customer, row_number() OVER (ORDER BY customer) - 1 AS row FROM customers),
        p AS (SELECT product, row_number() OVER (ORDER BY product) - 1 AS col FROM products_at)
        SELECT
            row,
            col,
            sum(pow(0.5, age / $similar)) AS similar_weight,
            sum(pow(0.5, age / $profile)) AS profile_weight,
            sum(pow(0.5, age / 30)) AS month_weight,
            sum(pow(0.5, age / 60)) AS season_weight,
            bool_or(position = 1) AS in_last_order,
        FROM (SELECT known.*, position FROM known JOIN orders_of USING (customer, invoice))
        JOIN c USING (customer) JOIN p USING (product)
        GROUP BY row, col ORDER BY row, col
        """,
        {"similar": settings.similar_half_life_days, "profile": settings.profile_half_life_days},
    ).fetchnumpy()
    return Purchased(
        customer=found["row"],
        product=found["col"],
        similar_weight=found["similar_weight"],
        profile_weight=found["profile_weight"],
        month_weight=found["month_weight"],
        season_weight=found["season_weight"],
        in_last_order=found["in_last_order"],
        shape=shape,
    )


def _names(database: duckdb.DuckDBPyConnection) -> list[str]:
    """Return the products' names in the order of their codes. They are what products are called, not of a moment."""
    rows = database.execute(
        "SELECT coalesce(name, '') FROM products_at LEFT JOIN products USING (product) ORDER BY product"
    ).fetchall()
    return [name for (name,) in rows]


def _register_candidates(
    database: duckdb.DuckDBPyConnection,
    found: Candidates,
    customers: npt.NDArray[np.int64],
    products: npt.NDArray[np.str_],
) -> None:
    table = pa.table(
        {
            "customer": customers[found.customer],
            "product": pa.DictionaryArray.from_arrays(found.product, pa.array(products.tolist())).cast(pa.string()),
            "position": found.position,
            "similarity": found.similarity,
        }
    )
    database.register("candidates", table)
    database.execute(f"CREATE OR REPLACE TEMP TABLE pairs AS {definition.PAIRS}")
    database.unregister("candidates")


def _column(database: duckdb.DuckDBPyConnection, query: str, kind: type) -> npt.NDArray[Any]:
    (values,) = database.execute(query).fetchnumpy().values()
    return np.asarray(values).astype(kind)


def _features(
    database: duckdb.DuckDBPyConnection, table: str, names: tuple[str, ...], order: str
) -> npt.NDArray[np.float32]:
    columns = ", ".join(f"{name}::FLOAT AS {name}" for name in names)
    found: dict[str, Any] = database.execute(f"SELECT {columns} FROM {table} ORDER BY {order}").fetchnumpy()
    return np.column_stack([np.ma.filled(found[name], np.nan).astype(np.float32) for name in names])
