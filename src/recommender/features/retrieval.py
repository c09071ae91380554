"""Retrieval: the products worth scoring for each customer, from own purchases, similar products and popularity."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp

from recommender.features.likeness import Likenesses, recommended
from recommender.features.settings import FeatureSettings

CHUNK = 1024
"""Customers scored at once: bounds memory to CHUNK x products."""


@dataclass(frozen=True, kw_only=True)
class Purchased:
    """Pairs of customer and product with their purchases' weight, by customer, then product."""

    starts: npt.NDArray[np.int32]
    """Where each customer's pairs start, and at last where all end."""

    product: npt.NDArray[np.int32]
    """Position of each pair's product."""

    similar_weight: npt.NDArray[np.float32]
    profile_weight: npt.NDArray[np.float32]
    month_weight: npt.NDArray[np.float32]
    """Half as much after a month."""

    season_weight: npt.NDArray[np.float32]
    """Half as much after two months."""

    in_last_order: npt.NDArray[np.float32]
    """1 or 0."""

    products: int
    """Number of products."""

    def matrix(self, weights: npt.NDArray[np.float32]) -> sp.csr_matrix:
        """Return customers x products."""
        return sp.csr_matrix((weights, self.product, self.starts), shape=(len(self.starts) - 1, self.products))


@dataclass(frozen=True, kw_only=True)
class Candidates:
    """Who is offered what: one entry per customer and product, the most promising first within a customer."""

    customer: npt.NDArray[np.int32]
    product: npt.NDArray[np.int32]
    position: npt.NDArray[np.int32]
    similarity: npt.NDArray[np.float32]


class Retrieval:
    """What is alike at a cutoff, and what is popular.

    Args:
        purchased: everything known.
        popularity: recent buyers of each product.
        alike: likenesses of the products by habit.
        settings: numbers of candidates and weights of their sources.
    """

    def __init__(
        self,
        purchased: Purchased,
        popularity: npt.NDArray[np.float32],
        alike: Likenesses,
        settings: FeatureSettings,
    ) -> None:
        self._profile = purchased.matrix(np.minimum(purchased.profile_weight, np.float32(3.0)))
        self._popular = settings.popular_weight * popularity / max(float(popularity.max(initial=0)), 1.0)
        self._alike = alike
        self._kept = min(settings.candidates, purchased.products)
        self._own_weight = settings.own_weight

    def of(self, wanted: npt.NDArray[np.int64]) -> Candidates:
        """Return the best candidates of the customers at the wanted positions, ascending."""
        parts = [self._chunk(rows) for rows in np.array_split(wanted, len(wanted) // CHUNK + 1)]
        return Candidates(
            customer=np.repeat(wanted, self._kept).astype(np.int32),
            product=np.concatenate([product for product, _ in parts]).ravel().astype(np.int32),
            position=np.tile(np.arange(self._kept, dtype=np.int32), len(wanted)),
            similarity=np.concatenate([similarity for _, similarity in parts]).ravel().astype(np.float32),
        )

    def _chunk(self, rows: npt.NDArray[np.int64]) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.float32]]:
        own = self._profile[rows]
        similarity = recommended(own, self._alike)
        similarity /= np.maximum(similarity.max(axis=1, keepdims=True), 1e-9)
        scores = similarity + self._popular[None, :]
        entries = own.tocoo()
        scores[entries.row, entries.col] += self._own_weight * entries.data
        top = best(scores, self._kept)
        return top, np.take_along_axis(similarity, top, 1)


def best(scores: npt.NDArray[np.float32], kept: int) -> npt.NDArray[np.int64]:
    """Return the best columns of each row, best first; of equal ones the first. Faster than sorting whole rows."""
    weakest = -np.partition(-scores, kept - 1, axis=1)[:, kept - 1 : kept]
    better, equal = scores > weakest, scores == weakest
    chosen = better | (equal & (np.cumsum(equal, axis=1) <= kept - better.sum(axis=1, keepdims=True)))
    columns = np.nonzero(chosen)[1].reshape(len(scores), kept)
    order = np.argsort(-np.take_along_axis(scores, columns, 1), axis=1, kind="stable")
    return np.take_along_axis(columns, order, 1)
