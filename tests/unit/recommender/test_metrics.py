import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from recommender.evaluation.metrics import average_precision, coverage, ndcg, recall


def hits(*ranks: int, k: int = 10) -> np.ndarray:
    row = np.zeros((1, k), bool)
    row[0, [rank - 1 for rank in ranks]] = True
    return row


@pytest.mark.parametrize(
    ("ranks", "bought", "expected"),
    [
        ((1,), 1, 1.0),
        ((2,), 1, 0.5),
        ((1, 3), 2, (1 + 2 / 3) / 2),
        ((1, 3), 4, (1 + 2 / 3) / 4),
        ((1, 2, 3, 4, 5, 6, 7, 8, 9, 10), 25, 1.0),  # ten of ten possible, though fifteen more were bought
        ((10,), 25, 0.1 / 10),
        ((), 3, 0.0),
    ],
)
def test_average_precision_of_examples_worked_by_hand(ranks: tuple[int, ...], bought: int, expected: float) -> None:
    assert average_precision(hits(*ranks), np.array([bought]))[0] == pytest.approx(expected)


def test_ndcg_of_examples_worked_by_hand() -> None:
    assert ndcg(hits(1), np.array([1]))[0] == pytest.approx(1)
    assert ndcg(hits(3), np.array([1]))[0] == pytest.approx(0.5)
    assert ndcg(hits(1), np.array([2]))[0] == pytest.approx(1 / (1 + 1 / np.log2(3)))


def test_recall_counts_everything_bought_even_beyond_k() -> None:
    assert recall(hits(1, 2), np.array([25]))[0] == pytest.approx(2 / 25)


def test_coverage_leaves_out_missing_products() -> None:
    assert coverage(np.array([[0, 1, -1], [1, 2, -1]]), 6) == pytest.approx(0.5)


rankings = st.lists(st.booleans(), min_size=10, max_size=10).flatmap(
    lambda row: st.tuples(st.just(row), st.integers(min_value=max(sum(row), 1), max_value=40))
)


@given(rankings)
def test_metrics_stay_between_zero_and_one(ranking: tuple[list[bool], int]) -> None:
    row, bought = np.array([ranking[0]]), np.array([ranking[1]])
    for metric in (average_precision, ndcg, recall):
        assert 0 <= metric(row, bought)[0] <= 1 + 1e-12


@given(rankings, st.integers(0, 8))
def test_moving_a_hit_up_never_lowers_a_metric(ranking: tuple[list[bool], int], at: int) -> None:
    worse, bought = np.array([ranking[0]]), np.array([ranking[1]])
    better = worse.copy()
    better[0, [at, at + 1]] = sorted(worse[0, [at, at + 1]], reverse=True)
    for metric in (average_precision, ndcg):
        assert metric(better, bought)[0] >= metric(worse, bought)[0] - 1e-12


@given(rankings)
def test_average_precision_is_one_only_if_every_possible_hit_comes_first(ranking: tuple[list[bool], int]) -> None:
    row, bought = ranking
    possible = min(10, bought)
    perfect = all(row[:possible])
    assert (average_precision(np.array([row]), np.array([bought]))[0] == pytest.approx(1)) == perfect


@given(rankings)
def test_average_precision_equals_the_definition_read_aloud(ranking: tuple[list[bool], int]) -> None:
    row, bought = ranking
    total = sum(sum(row[: rank + 1]) / (rank + 1) for rank in range(10) if row[rank])
    assert average_precision(np.array([row]), np.array([bought]))[0] == pytest.approx(total / min(10, bought))
