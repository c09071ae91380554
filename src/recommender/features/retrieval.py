"""Retrieval: the products worth scoring for each customer, from own purchases, similar products and popularity.

Similarity is the asymmetric cosine between products over time-decayed purchases (Aiolli, RecSys 2013), shrunk so that
rare products do not look alike by chance.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp

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


def similarities(purchased: Purchased, settings: FeatureSettings) -> npt.NDArray[np.float32]:
    """Return products x products: how much the column is recommended by the row; zero beyond the nearest neighbours."""
    weights = purchased.matrix(purchased.similar_weight)
    breadth = np.sqrt(np.maximum(np.diff(weights.indptr), 1)) ** settings.customer_norm
    scaled: Any = sp.csr_matrix(sp.diags(1 / breadth).astype(np.float32) @ weights)
    together = (scaled.T @ scaled).toarray()
    own = np.maximum(np.diag(together).copy(), 1e-9)
    source, target = own ** (1 - settings.asymmetry), own**settings.asymmetry
    together /= source[:, None] * target[None, :] + np.float32(settings.shrink * np.median(own))
    np.fill_diagonal(together, 0)
    if settings.neighbours < len(own):
        weakest = np.partition(together, -settings.neighbours, axis=0)[-settings.neighbours]
        together[together < weakest[None, :]] = 0
    return together


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
    similar = similarities(purchased, settings)
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
    top = _best(scores, kept)
    return top, np.take_along_axis(similarity, top, 1)


def _best(scores: npt.NDArray[np.float32], kept: int) -> npt.NDArray[np.int64]:
    """Return the best columns of each row, best first; of equal ones the first. Faster than sorting whole rows."""
    weakest = -np.partition(-scores, kept - 1, axis=1)[:, kept - 1 : kept]
    better, equal = scores > weakest, scores == weakest
    chosen = better | (equal & (np.cumsum(equal, axis=1) <= kept - better.sum(axis=1, keepdims=True)))
    columns = np.nonzero(chosen)[1].reshape(len(scores), kept)
    order = np.argsort(-np.take_along_axis(scores, columns, 1), axis=1, kind="stable")
    return np.take_along_axis(columns, order, 1)
