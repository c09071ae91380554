"""Judge rankings against what was bought."""

import time
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from recommender.evaluation.metrics import average_precision, coverage, ndcg, recall
from recommender.features.labels import Relevant
from recommender.recommend import Recommender

K = 10
TIMED_CUSTOMERS = 200
"""Enough for a median that is good to a few percent."""


@dataclass(frozen=True, kw_only=True)
class Judgement:
    """How good rankings are."""

    per_customer: npt.NDArray[np.float64]
    """AP@10."""

    map_at_10: float
    ndcg_at_10: float
    recall_at_10: float
    coverage: float

    def document(self) -> dict[str, float]:
        """Return the means."""
        names = ("map_at_10", "ndcg_at_10", "recall_at_10", "coverage")
        return {name: float(getattr(self, name)) for name in names}


def judge(rankings: npt.NDArray[np.int64], relevant: Relevant) -> Judgement:
    """Compare rankings (customers x K positions) with the truth for the same customers."""
    customers = np.repeat(np.arange(len(rankings))[:, None], rankings.shape[1], axis=1)
    hits = relevant.holds(customers, rankings)
    precision = average_precision(hits, relevant.counts)
    return Judgement(
        per_customer=precision,
        map_at_10=float(precision.mean()),
        ndcg_at_10=float(ndcg(hits, relevant.counts).mean()),
        recall_at_10=float(recall(hits, relevant.counts).mean()),
        coverage=coverage(rankings, relevant.products),
    )


def rankings_of(recommender: Recommender, customers: Sequence[int]) -> npt.NDArray[np.int64]:
    """Return customers x K product positions, -1 where the shop has fewer than K products."""
    found = np.full((len(customers), K), -1, np.int64)
    for at, ranking in enumerate(recommender.recommend(customers, K)):
        found[at, : len(ranking.products)] = ranking.products
    return found


def median_latency_ms(recommender: Recommender, customers: Sequence[int]) -> float:
    """Return how long one customer's recommendation takes in process, in the median."""
    taken: list[float] = []
    for customer in customers[:TIMED_CUSTOMERS]:
        start = time.perf_counter()
        recommender.recommend([customer], K)
        taken.append(time.perf_counter() - start)
    return float(np.median(taken) * 1000)
