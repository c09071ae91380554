"""Labels: what was really bought in a window, as positions in a state."""

from dataclasses import dataclass

import duckdb
import numpy as np
import numpy.typing as npt

from recommender.features.state import State
from recommender.features.windows import Window


@dataclass(frozen=True, kw_only=True)
class Bought:
    """Distinct pairs of customer and product bought in a window, whether known before or not."""

    customers: npt.NDArray[np.int64]
    products: npt.NDArray[np.str_]

    def buyers(self) -> npt.NDArray[np.int64]:
        """Return who bought anything, ascending."""
        return np.unique(self.customers)


@dataclass(frozen=True, kw_only=True)
class Relevant:
    """The truth for the customers of a state."""

    pairs: npt.NDArray[np.int64]
    """`customer position * number of products + product position`, ascending; without products never sold before."""

    counts: npt.NDArray[np.int64]
    """Distinct products bought per customer, those never sold before included: they count as missed."""

    products: int
    """Number of products of the state."""

    def holds(self, customers: npt.NDArray[np.integer], products: npt.NDArray[np.integer]) -> npt.NDArray[np.bool_]:
        """Return which pairs of positions were bought; a negative product never was."""
        keys = customers.astype(np.int64) * self.products + products
        return np.isin(keys, self.pairs) & (products >= 0)


def bought_in(database: duckdb.DuckDBPyConnection, window: Window) -> Bought:
    """Return what was bought in a window."""
    found = database.execute(
        """
        SELECT DISTINCT customer, product FROM purchases
        WHERE time >= $cutoff AND time < $end ORDER BY customer, product
        """,
        {"cutoff": window.cutoff, "end": window.end},
    ).fetchnumpy()
    return Bought(customers=found["customer"].astype(np.int64), products=found["product"].astype(np.str_))


def relevant_in(state: State, bought: Bought) -> Relevant:
    """Return the truth for a state's customers."""
    known = np.isin(bought.customers, state.customers)
    customers = np.searchsorted(state.customers, bought.customers[known])
    names = bought.products[known]
    products = np.searchsorted(state.products, names)
    sold_before = np.isin(names, state.products)
    count = len(state.products)
    return Relevant(
        pairs=np.unique(customers[sold_before] * count + products[sold_before]),
        counts=np.bincount(customers, minlength=len(state.customers)),
        products=count,
    )
