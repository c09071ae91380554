"""Slices: groups of customers for whom a model may be worse than its mean says."""

from datetime import datetime

import duckdb
import numpy as np
import numpy.typing as npt

SLICES = """
    WITH known AS (SELECT * FROM purchases WHERE time < $cutoff::TIMESTAMP),
    home AS (SELECT mode(country) AS country FROM known),
    customers AS (
        SELECT
            customer,
            count(DISTINCT invoice) AS orders,
            (epoch($cutoff::TIMESTAMP) - epoch(max(time))) / 86400.0 AS days_since_order,
            arg_max(country, (time, country)) AS country,
        FROM known GROUP BY customer
    )
    SELECT
        customer,
        CASE WHEN orders = 1 THEN '1' WHEN orders < 5 THEN '2-4' WHEN orders < 10 THEN '5-9' ELSE '10+' END AS orders,
        CASE WHEN days_since_order <= 30 THEN '0-30' WHEN days_since_order <= 90 THEN '31-90' ELSE '91+' END
            AS days_since_order,
        CASE WHEN customers.country = home.country THEN 'home' ELSE 'abroad' END AS market,
    FROM customers, home
    ORDER BY customer
"""
NAMES = ("orders", "days_since_order", "market")


def slice_members(
    database: duckdb.DuckDBPyConnection, cutoff: datetime, customers: npt.NDArray[np.int64]
) -> dict[tuple[str, str], npt.NDArray[np.bool_]]:
    """Return which of the customers belong to each slice, by (slice, value)."""
    found = database.execute(SLICES, {"cutoff": cutoff}).fetchnumpy()
    rows = np.searchsorted(found["customer"], customers)
    members: dict[tuple[str, str], npt.NDArray[np.bool_]] = {}
    for name in NAMES:
        values = found[name][rows].astype(np.str_)
        members |= {(name, str(value)): values == value for value in np.unique(values)}
    return members
