"""Labels: what was really bought in a window, as positions among customers and products."""

from dataclasses import dataclass

import duckdb
import ibis
import numpy as np
import numpy.typing as npt

from recommender.features.engine import DuckDb, Engine, column
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
    """The truth for some customers."""

    pairs: npt.NDArray[np.int64]
    """`customer position * number of products + product position`, ascending; without products never sold before."""

    counts: npt.NDArray[np.int64]
    """Distinct products bought per customer, those never sold before included: they count as missed."""

    products: int
    """Number of products known."""

    def holds(self, customers: npt.NDArray[np.integer], products: npt.NDArray[np.integer]) -> npt.NDArray[np.bool_]:
        """Return which pairs of positions were bought; a negative product never was."""
        keys = customers.astype(np.int64) * self.products + products
        return np.isin(keys, self.pairs) & (products >= 0)


def bought_in(database: duckdb.DuckDBPyConnection, window: Window, *, new: bool = False) -> Bought:
    """Return what was bought in a window; of the `new` only what that customer had not bought before."""
    return bought(DuckDb(database), window, new=new)


def bought(engine: Engine, window: Window, *, new: bool = False) -> Bought:
    """Return the same from any engine's table `purchases`."""
    purchases = engine.table("purchases")
    start, end = ibis.timestamp(window.cutoff), ibis.timestamp(window.end)
    within = purchases.filter(purchases.time >= start, purchases.time < end)
    if new:
        within = within.anti_join(purchases.filter(purchases.time < start), ["customer", "product"])
    pairs = within.select("customer", "product").distinct().order_by("customer", "product")
    rows = engine.fetch(pairs)
    return Bought(customers=column(rows, "customer").astype(np.int64), products=column(rows, "product").astype(np.str_))


def relevant_in(customers: npt.NDArray[np.int64], products: npt.NDArray[np.str_], bought: Bought) -> Relevant:
    """Return the truth for these customers, among these products; both ascending."""
    known = np.isin(bought.customers, customers)
    rows = np.searchsorted(customers, bought.customers[known])
    names = bought.products[known]
    columns = np.searchsorted(products, names)
    sold_before = np.isin(names, products)
    count = len(products)
    return Relevant(
        pairs=np.unique(rows[sold_before] * count + columns[sold_before]),
        counts=np.bincount(rows, minlength=len(customers)),
        products=count,
    )
