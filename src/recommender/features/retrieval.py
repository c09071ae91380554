"""Retrieval: the products worth scoring for each customer, from own purchases, similar products and popularity."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp

from recommender.features.likeness import by_purchases
from recommender.features.settings import FeatureSettings

CHUNK = 1024
"""Customers scored at once: bounds memory to CHUNK x products."""


@dataclass(frozen=True, kw_only=True)
class Purchased:
    """Pairs of customer and product with their purchases' weight, both as positions."""

    customer: npt.NDArray[np.int64]
    product: npt.NDArray[np.int64]
    similar_weight: npt.NDArray[np.float64]
    profile_weight: npt.NDArray[np.float64]
    month_weight: npt.NDArray[np.float64]
    """Half as much after a month."""

    season_weight: npt.NDArray[np.float64]
    """Half as much after two months."""

    in_last_order: npt.NDArray[np.bool_]
    shape: tuple[int, int]

    def matrix(self, weights: npt.NDArray[np.float64]) -> sp.csr_matrix:
        """Return customers x products."""
        return sp.csr_matrix((weights.astype(np.float32), (self.customer, self.product)), shape=self.shape)


@dataclass(frozen=True, kw_only=True)
class Candidates:
    """Who is offered what: one entry per customer and product, the most promising first within a customer."""

    customer: npt.NDArray[np.int32]
    product: npt.NDArray[np.int32]
    position: npt.NDArray[np.int32]
    similarity: npt.NDArray[np.float32]


def retrieve(
    purchased: Purchased,
    wanted: npt.NDArray[np.int64],
    popularity: npt.NDArray[np.float32],
    settings: FeatureSettings,
) -> Candidates:
    """Return the best candidates of the wanted customers.

    Args:
        purchased: everything known.
        wanted: positions of the customers to find candidates for, ascending.
        popularity: recent buyers of each product.
        settings: numbers of candidates and weights of their sources.
    """
    similar = by_purchases(purchased.matrix(purchased.similar_weight), settings.likeness)
    profile = purchased.matrix(np.minimum(purchased.profile_weight, 3.0))
    popular = settings.popular_weight * popularity / max(float(popularity.max(initial=0)), 1.0)
    kept = min(settings.candidates, similar.shape[0])
    chunks = np.array_split(wanted, len(wanted) // CHUNK + 1)
    parts = [_chunk(rows, profile, similar, popular, kept, settings) for rows in chunks]
    return Candidates(
        customer=np.repeat(wanted, kept).astype(np.int32),
        product=np.concatenate([product for product, _ in parts]).ravel().astype(np.int32),
        position=np.tile(np.arange(kept, dtype=np.int32), len(wanted)),
        similarity=np.concatenate([similarity for _, similarity in parts]).ravel().astype(np.float32),
    )


def _chunk(
    rows: npt.NDArray[np.int64],
    profile: sp.csr_matrix,
    similar: npt.NDArray[np.float32],
    popular: npt.NDArray[np.float32],
    kept: int,
    settings: FeatureSettings,
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.float32]]:
    own = profile[rows]
    similarity = np.asarray(own @ similar)
    similarity /= np.maximum(similarity.max(axis=1, keepdims=True), 1e-9)
    scores = similarity + popular[None, :]
    entries = own.tocoo()
    scores[entries.row, entries.col] += settings.own_weight * entries.data
    top = best(scores, kept)
    return top, np.take_along_axis(similarity, top, 1)


def best(scores: npt.NDArray[np.float32], kept: int) -> npt.NDArray[np.int64]:
    """Return the best columns of each row, best first; of equal ones the first. Faster than sorting whole rows."""
    weakest = -np.partition(-scores, kept - 1, axis=1)[:, kept - 1 : kept]
    better, equal = scores > weakest, scores == weakest
    chosen = better | (equal & (np.cumsum(equal, axis=1) <= kept - better.sum(axis=1, keepdims=True)))
    columns = np.nonzero(chosen)[1].reshape(len(scores), kept)
    order = np.argsort(-np.take_along_axis(scores, columns, 1), axis=1, kind="stable")
    return np.take_along_axis(columns, order, 1)
