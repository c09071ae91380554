"""The metrics, per customer. A ranking is a row of product positions, best first; a missing product is negative.

AP@k is divided by min(k, products bought): whoever bought three products can still score 1. Repeat purchases count;
products never sold before the cutoff cannot be recommended and count as missed.
"""

import numpy as np
import numpy.typing as npt

Hits = npt.NDArray[np.bool_]
"""Customers x k: whether the recommended product was bought."""

Counts = npt.NDArray[np.int64]
"""Per customer: how many distinct products were bought, at least one."""

Values = npt.NDArray[np.float64]


def average_precision(hits: Hits, bought: Counts) -> Values:
    """Return AP@k: the mean precision at each hit, over the hits that were possible."""
    k = hits.shape[1]
    precision = np.cumsum(hits, axis=1) / np.arange(1, k + 1)
    return (hits * precision).sum(axis=1) / np.minimum(bought, k)


def ndcg(hits: Hits, bought: Counts) -> Values:
    """Return NDCG@k with binary relevance."""
    k = hits.shape[1]
    discount = 1 / np.log2(np.arange(2, k + 2))
    ideal = np.cumsum(discount)[np.minimum(bought, k) - 1]
    return (hits * discount).sum(axis=1) / ideal


def recall(hits: Hits, bought: Counts) -> Values:
    """Return the share of what was bought that was recommended."""
    return hits.sum(axis=1) / bought


def coverage(rankings: npt.NDArray[np.int64], products: int) -> float:
    """Return the share of all products that are recommended to anybody."""
    return len(np.unique(rankings[rankings >= 0])) / products
