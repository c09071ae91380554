"""Unit tests of a trained model: promises that its answers keep, whatever it learned."""

from collections.abc import Sequence
from functools import partial

import numpy as np
import numpy.typing as npt

from recommender.evaluation.judge import K
from recommender.evaluation.trial import Trial, attempt
from recommender.features.labels import Relevant
from recommender.recommend import Ranking, Recommender, Recommenders

CUSTOMERS_TRIED = 50
SHORT = 3


def unit_tests(recommenders: Recommenders, customers: npt.NDArray[np.int64], bought: Relevant) -> list[Trial]:
    """Return the outcome of each promise.

    Args:
        recommenders: the challenger over the states of the holdout's cutoff.
        customers: of the holdout, sorted.
        bought: what each of them had bought before the cutoff.
    """
    rows = np.unique(np.linspace(0, len(customers) - 1, CUSTOMERS_TRIED).astype(np.int64))
    tried, general = customers[rows].tolist(), recommenders.general
    stranger = int(customers.max()) + 1
    promises = {
        "the same question gets the same answer": partial(_repeats, general, tried),
        "a customer gets the same answer alone and among others": partial(_alone, general, tried),
        "products are distinct, of the shop, best first, with finite scores": partial(_in_order, general, tried),
        "a shorter list is the beginning of a longer one": partial(_prefix, general, tried),
        "a customer nobody knows gets the popular products": partial(_stranger, general, stranger),
        "not everybody gets the same": partial(_personal, general, tried),
        "asked for new products, none was bought before": partial(_new, recommenders.discovery, tried, rows, bought),
    }
    return [attempt("unit", name, problem) for name, problem in promises.items()]


def _repeats(recommender: Recommender, customers: Sequence[int]) -> str | None:
    return _differ(recommender.recommend(customers, K), recommender.recommend(customers, K))


def _alone(recommender: Recommender, customers: Sequence[int]) -> str | None:
    alone = [recommender.recommend([customer], K)[0] for customer in customers]
    return _differ(alone, recommender.recommend(customers, K))


def _differ(one: Sequence[Ranking], other: Sequence[Ranking]) -> str | None:
    for first, second in zip(one, other, strict=True):
        if first.products.tolist() != second.products.tolist() or first.scores.tolist() != second.scores.tolist():
            return f"customer {first.customer} got two different answers"
    return None


def _in_order(recommender: Recommender, customers: Sequence[int]) -> str | None:
    known = len(recommender.state.products)
    for ranking in recommender.recommend(customers, K):
        products, scores = ranking.products, ranking.scores
        if len(set(products.tolist())) != min(K, known) or len(products) != min(K, known):
            return f"customer {ranking.customer} got {len(set(products.tolist()))} distinct products of {K}"
        if not ((products >= 0) & (products < known)).all():
            return f"customer {ranking.customer} got a product that the shop does not know"
        if not np.isfinite(scores).all() or (np.diff(scores) > 0).any():
            return f"customer {ranking.customer} got scores that are not finite or not in order"
    return None


def _prefix(recommender: Recommender, customers: Sequence[int]) -> str | None:
    pairs = zip(recommender.recommend(customers, SHORT), recommender.recommend(customers, K), strict=True)
    for short, long in pairs:
        if short.products.tolist() != long.products[: len(short.products)].tolist():
            return f"customer {short.customer}'s {SHORT} best are not the first of the {K} best"
    return None


def _stranger(recommender: Recommender, customer: int) -> str | None:
    (ranking,) = recommender.recommend([customer], K)
    popular = recommender.state.popular[:K].tolist()
    if ranking.source != "popular" or ranking.products.tolist() != popular:
        return f"the unknown customer {customer} got a {ranking.source} answer that is not the popular products"
    return None


def _personal(recommender: Recommender, customers: Sequence[int]) -> str | None:
    answers = {tuple(ranking.products.tolist()) for ranking in recommender.recommend(customers, K)}
    return f"{len(customers)} customers all got the same list" if len(answers) == 1 < len(customers) else None


def _new(
    recommender: Recommender, customers: Sequence[int], rows: npt.NDArray[np.int64], bought: Relevant
) -> str | None:
    for row, ranking in zip(rows, recommender.recommend(customers, K), strict=True):
        if bought.holds(np.full(len(ranking.products), row), ranking.products).any():
            return f"customer {ranking.customer} was offered as new what was bought before"
    return None
