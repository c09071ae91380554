"""A moment: everything that is known at a cutoff, computed once, and the states of any customers from it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from ibis.expr.types import Table

from recommender.features.customers import customers
from recommender.features.definition import CUSTOMER_FEATURES, PAIR_FEATURES, PRODUCT_FEATURES
from recommender.features.discovery import Discovery
from recommender.features.engine import Engine, column, matrix
from recommender.features.likeness import Likenesses, by_purchases
from recommender.features.pairs import owned, pairs
from recommender.features.products import products
from recommender.features.retrieval import Candidates, Purchased, Retrieval
from recommender.features.settings import FeatureSettings
from recommender.features.state import State, States

POPULAR_KEPT = 100
"""Popular products kept for unknown customers: twice what a request may ask for."""

BLOCK = 4096
"""Customers whose states are held in memory at once: about 60 MB."""


@dataclass(frozen=True, kw_only=True)
class Definition:
    """The expressions: what each feature is, from the purchases and a cutoff."""

    customers: Callable[[Table, datetime], Table] = customers
    products: Callable[[Table, datetime], Table] = products
    owned: Callable[[Table, datetime, FeatureSettings], Table] = owned


DEFINITION = Definition()


@dataclass(frozen=True, kw_only=True)
class Tables:
    """What the expressions gave at a cutoff, kept by the engine."""

    customers: Table
    products: Table
    owned: Table


class Moment:
    """What is known at a cutoff.

    Args:
        engine: holds the tables `purchases` and `products`; one moment of an engine is open at a time.
        cutoff: nothing at or after this moment is looked at.
        settings: of retrieval.
    """

    def __init__(self, engine: Engine, cutoff: datetime, settings: FeatureSettings) -> None:
        self.cutoff = cutoff
        self._engine = engine
        self._settings = settings
        self._tables = keep_tables(engine, cutoff, settings)
        by_customer = engine.fetch(self._tables.customers.order_by("customer"))
        by_product = engine.fetch(self._tables.products.order_by("product"))
        self.customers: npt.NDArray[np.int64] = column(by_customer, "customer")
        """Everybody known, ascending."""
        self.products: npt.NDArray[np.str_] = column(by_product, "product").astype(np.str_)
        """Everything sold before, ascending."""
        self.customer_features = matrix(by_customer, CUSTOMER_FEATURES)
        self.product_features = matrix(by_product, PRODUCT_FEATURES)

    def blocks(self, wanted: npt.NDArray[np.int64] | None = None) -> Iterator[States]:
        """Return the states of customers, BLOCK at a time and at least once.

        Args:
            wanted: numbers of customers; those unknown are left out. Without it, everybody.
        """
        positions = np.arange(len(self.customers))
        if wanted is not None:
            positions = np.flatnonzero(np.isin(self.customers, wanted))
        for start in range(0, max(len(positions), 1), BLOCK):
            yield self._states(positions[start : start + BLOCK])

    def _states(self, wanted: npt.NDArray[np.int64]) -> States:
        found = self._retrieval.of(wanted)
        new = self._discovery.of(wanted, self.customer_features, self.product_features)
        recent = self._recent
        popular = np.lexsort((np.arange(len(self.products)), -recent))[:POPULAR_KEPT].astype(np.int32)
        active = float(np.count_nonzero(self.customer_features[:, 1] < 30))
        general = State(
            customers=self.customers[wanted],
            products=self.products,
            offsets=_offsets(found.customer, wanted),
            candidates=found.product,
            pair_features=self._pair_features(found),
            customer_features=self.customer_features[wanted],
            product_features=self.product_features,
            popular=popular,
            popular_scores=recent[popular] / max(active, 1.0),
        )
        discovery = replace(
            general,
            offsets=_offsets(new.customer, wanted),
            candidates=new.product,
            pair_features=new.pair_features,
        )
        return States(general=general, discovery=discovery)

    def _pair_features(self, found: Candidates) -> npt.NDArray[np.float32]:
        if not len(found.customer):
            return np.empty((0, len(PAIR_FEATURES)), np.float32)
        candidates = self._engine.offer("candidates", self._named(found))
        first, last = (int(self.customers[found.customer[at]]) for at in (0, -1))
        own: Any = self._tables.owned
        rows = pairs(
            candidates, own.filter(own.customer.between(first, last)), self._tables.customers, self._tables.products
        )
        return matrix(self._engine.fetch(rows.order_by("customer", "pair_position")), PAIR_FEATURES)

    def _named(self, found: Candidates) -> pa.Table:
        codes = pa.DictionaryArray.from_arrays(found.product, pa.array(self.products.tolist(), pa.string()))
        return pa.table(
            {
                "customer": self.customers[found.customer],
                "product": codes.cast(pa.string()),
                "position": found.position,
                "similarity": found.similarity,
            }
        )

    @property
    def _recent(self) -> npt.NDArray[np.float32]:
        return self.product_features[:, PRODUCT_FEATURES.index("product_buyers_30")]

    @cached_property
    def _retrieval(self) -> Retrieval:
        return Retrieval(self._purchased, self._recent, self._by_habit, self._settings)

    @cached_property
    def _discovery(self) -> Discovery:
        return Discovery(self._purchased, self.products, self._names(), self._by_habit, self._settings)

    @cached_property
    def _by_habit(self) -> Likenesses:
        return by_purchases(self._purchased.matrix(self._purchased.similar_weight), self._settings.likeness)

    @cached_property
    def _purchased(self) -> Purchased:
        own = self._tables.owned
        rows = self._engine.fetch(own.order_by("customer", "product"))

        def weight(name: str) -> npt.NDArray[np.float32]:
            return column(rows, name).astype(np.float32)

        return Purchased(
            starts=np.searchsorted(column(rows, "customer"), np.append(self.customers, np.iinfo(np.int64).max)).astype(
                np.int32
            ),
            product=_positions(rows["product"], self.products),
            similar_weight=weight("similar_weight"),
            profile_weight=weight("profile_weight"),
            month_weight=weight("faded_30"),
            season_weight=weight("faded_60"),
            in_last_order=(column(rows, "orders_since") == 1).astype(np.float32),
            products=len(self.products),
        )

    def _names(self) -> list[str]:
        """Return the products' names in the order of their codes: what they are called, at any moment."""
        known = self._tables.products.select("product")
        both: Any = known.left_join(self._engine.table("products"), "product")
        rows = self._engine.fetch(both.select("product", name=both["name"].fill_null("")).order_by("product"))
        return rows["name"].to_pylist()


def keep_tables(
    engine: Engine, cutoff: datetime, settings: FeatureSettings, definition: Definition = DEFINITION
) -> Tables:
    """Compute the features at a cutoff, and what each customer bought of each product."""
    purchases = engine.table("purchases")
    own = definition.owned(purchases, cutoff, settings)
    return Tables(
        customers=engine.keep("customers_at", definition.customers(purchases, cutoff)),
        products=engine.keep("products_at", definition.products(purchases, cutoff)),
        owned=engine.keep("owned_at", own.order_by("customer", "product")),
    )


def _offsets(customer: npt.NDArray[np.integer], wanted: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    ends = np.searchsorted(customer, wanted, side="right")
    return np.append(0, ends).astype(np.int64)


def _positions(codes: pa.ChunkedArray, products: npt.NDArray[np.str_]) -> npt.NDArray[np.int32]:
    return np.concatenate(
        [
            np.searchsorted(products, chunk.dictionary.to_numpy(zero_copy_only=False).astype(np.str_)).astype(np.int32)[
                chunk.indices.to_numpy()
            ]
            for chunk in codes.dictionary_encode().chunks
        ]
        or [np.empty(0, np.int32)]
    )
