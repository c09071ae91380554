import numpy as np
import pytest

from tests.bench.quality.__main__ import judged, matrix
from tests.bench.quality.comparison import compare
from tests.bench.quality.model import Measured, Scored


class Window:
    """Three customers and three products of a month."""

    def __init__(self) -> None:
        self.customers = np.array([3, 5, 9])
        self.row = {3: 0, 5: 1, 9: 2}
        self.column = {"a": 0, "b": 1, "c": 2}

    def popularity(self, days: float) -> np.ndarray:
        assert days == 30
        return np.array([1.0, 4.0, 2.0])


SCORED = Scored(
    customers=np.array([5, 9]),
    products=np.array(["a", "b", "c"]),
    rows=np.array([0, 0, 1]),
    columns=np.array([0, 2, 2]),
    scores=np.array([0.2, 0.9, -3.0], np.float32),
)


def test_candidates_come_before_what_is_popular_and_strangers_get_that() -> None:
    order = np.argsort(-matrix(Window(), SCORED), axis=1)
    assert order.tolist() == [[1, 2, 0], [2, 0, 1], [2, 1, 0]]


def test_a_difference_that_every_customer_shows_is_beyond_chance() -> None:
    peer = np.linspace(0.1, 0.5, 200)
    found = compare(peer + 0.02, peer)
    assert (found.gain, found.low) == (pytest.approx(0.02 / 0.3), pytest.approx(0.02))
    assert found.minimum_detectable == pytest.approx(0, abs=1e-9)


def test_a_difference_among_wide_ones_is_not() -> None:
    random = np.random.default_rng(1)
    peer = random.random(50)
    found = compare(peer + random.normal(0.01, 0.3, 50), peer)
    assert found.low < 0
    assert found.minimum_detectable > abs(found.gain)


def test_a_gain_below_its_target_is_a_miss() -> None:
    better = compare(np.full(10, 0.33), np.full(10, 0.3))
    facts = judged(
        {"all": better, "new": better}, Measured(general=SCORED, discovery=SCORED, train_seconds=1, score_all_seconds=1)
    )
    met = {fact.name: fact.met for fact in facts}
    assert (met["gain_all"], met["gain_new"], met["ci_low_new"], met["mdd"]) == (True, False, True, None)
