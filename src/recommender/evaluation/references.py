"""The references a model has to beat: what is popular, and the customer's own most frequent products.

Personal frequency is the strong one: purchases counted with a half-life of two years, weighted by how well the product
sells now, popular products where a customer's own run out, recent popularity to break ties. Its four numbers were tuned
on an earlier month, so that beating it means something.
"""

from datetime import datetime

import duckdb
import numpy as np
import numpy.typing as npt
import scipy.sparse as sp

HALF_LIFE_DAYS = 730
POPULAR_DAYS = 30
POPULAR_SHARE = 0.001
TASTE = 0.7

Rankings = npt.NDArray[np.int64]


class References:
    """Rankings over the products known at a cutoff."""

    def __init__(
        self,
        database: duckdb.DuckDBPyConnection,
        cutoff: datetime,
        customers: npt.NDArray[np.int64],
        products: npt.NDArray[np.str_],
    ) -> None:
        found = database.execute(
            """
            WITH known AS (
                SELECT customer, product, (epoch($cutoff::TIMESTAMP) - epoch(time)) / 86400.0 AS age
                FROM purchases WHERE time < $cutoff::TIMESTAMP
            )
            SELECT customer, product, sum(pow(0.5, age / $half_life)) AS frequency, min(age) <= $popular_days AS recent
            FROM known GROUP BY customer, product ORDER BY customer, product
            """,
            {"cutoff": cutoff, "half_life": HALF_LIFE_DAYS, "popular_days": POPULAR_DAYS},
        ).fetchnumpy()
        column = np.searchsorted(products, found["product"].astype(np.str_))
        buyers = np.bincount(column[found["recent"].astype(bool)], minlength=len(products)).astype(np.float64)
        self.popular: npt.NDArray[np.float64] = buyers / max(buyers.max(), 1.0)
        weighted = found["frequency"] * (self.popular[column] + 0.02) ** TASTE + POPULAR_SHARE * self.popular[column]
        self._tie_break = 1e-6 * max(float(weighted.max(initial=0)), 1.0) * self.popular
        wanted = np.isin(found["customer"], customers)
        row = np.searchsorted(customers, found["customer"][wanted])
        shape = (len(customers), len(products))
        self._customers = len(customers)
        self._weighted = sp.csr_matrix((weighted[wanted], (row, column[wanted])), shape=shape)

    def popularity(self, k: int) -> Rankings:
        """Return the products with the most recent buyers, the same for everybody."""
        best = np.argsort(-self.popular, kind="stable")[:k]
        return np.tile(best, (self._customers, 1))

    def personal_frequency(self, k: int) -> Rankings:
        """Return each customer's most frequent products."""
        fill = POPULAR_SHARE * self.popular
        scores = np.tile(fill, (self._customers, 1))
        entries = self._weighted.tocoo()
        scores[entries.row, entries.col] = entries.data
        return np.argsort(-(scores + self._tie_break), axis=1, kind="stable")[:, :k]
