from dataclasses import dataclass, field

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recommender.ranking.blocks import BLOCK_ROUNDS, Progress, block_seed
from recommender.ranking.early_stopping import best_rounds, kept_rounds
from recommender.ranking.hyperparameters import Hyperparameters
from recommender.ranking.learn import Rows, learn


class _Broken(Exception):
    pass


@dataclass
class _Course:
    """Begins where another ended, and breaks off after some blocks."""

    start: Progress = field(default_factory=Progress)
    blocks: int = 1000
    last: Progress = field(default_factory=Progress)

    def begin(self) -> Progress:
        return self.start

    def after_block(self, progress: Progress) -> None:
        self.last = progress
        self.blocks -= 1
        if not self.blocks:
            raise _Broken


def _rows(seed: int) -> Rows:
    random = np.random.default_rng(seed)
    matrix = random.normal(size=(600, 6)).astype(np.float32)
    label = (matrix[:, 0] + random.normal(size=600) > 1).astype(np.int8)
    return Rows(matrix=matrix, label=label, group=np.repeat(np.arange(60), 10), features=tuple("abcdef"))


def _model(hyperparameters: Hyperparameters, course: _Course, judge: Rows | None = None) -> bytes:
    booster, _ = learn(_rows(0), judge, hyperparameters, course)
    return bytes(booster.save_raw("json"))


@settings(max_examples=12, deadline=None)
@given(
    breaks=st.lists(st.integers(1, 4), max_size=3),
    objective=st.sampled_from(["binary:logistic", "rank:ndcg"]),
    patience=st.sampled_from([0, 7]),
)
def test_training_broken_off_after_any_blocks_comes_to_the_same_bytes(
    breaks: list[int], objective: str, patience: int
) -> None:
    hyperparameters = Hyperparameters(objective=objective, early_stopping=patience, n_estimators=90)
    judge = _rows(1) if patience else None
    progress = Progress()
    for blocks in breaks:
        course = _Course(start=progress, blocks=blocks)
        try:
            _model(hyperparameters, course, judge)
        except _Broken:
            progress = course.last
    assert _model(hyperparameters, _Course(start=progress), judge) == _model(hyperparameters, _Course(), judge)


def test_a_training_has_as_many_trees_as_asked_for_in_its_blocks() -> None:
    course = _Course()
    booster, losses = learn(_rows(0), None, Hyperparameters(n_estimators=2 * BLOCK_ROUNDS + 3), course)
    assert (booster.num_boosted_rounds(), len(losses["train_logloss"])) == (2 * BLOCK_ROUNDS + 3,) * 2


def test_early_stopping_keeps_the_best_round_and_tells_its_loss() -> None:
    course = _Course()
    booster, losses = learn(_rows(0), _rows(1), Hyperparameters(early_stopping=5, n_estimators=400), course)
    kept = booster.num_boosted_rounds()
    history = course.last.losses["validation_logloss"]
    assert kept < 400
    assert losses["validation_logloss"] == list(history[:kept])
    assert history[kept - 1] == min(history[: kept + 5])


def test_each_block_has_a_seed_of_its_own_and_the_first_that_of_the_run() -> None:
    assert [block_seed(7, block) for block in range(3)] == [7, 1_000_010, 2_000_013]
    assert block_seed(2**31 - 1, 1) == 1_000_002


@pytest.mark.parametrize(
    ("losses", "metric", "kept"),
    [
        ([3, 2, 1, 2, 2], "logloss", 3),
        ([3, 2, 1, 2], "logloss", None),
        ([1, 1, 1], "logloss", 1),
        ([0.1, 0.3, 0.2, 0.2], "ndcg", 2),
        ([0.1, 0.3, 0.2, 0.2], "map@10", 2),
        ([], "logloss", None),
    ],
)
def test_early_stopping_waits_for_two_rounds_without_a_better_one(
    losses: list[float], metric: str, kept: int | None
) -> None:
    assert kept_rounds(losses, 2, metric) == kept


def test_a_longer_history_does_not_change_where_training_stopped() -> None:
    assert kept_rounds([3, 2, 4, 4, 0], 2, "logloss") == 2


def test_the_best_rounds_are_found_where_patience_never_ran_out() -> None:
    assert best_rounds([3, 1, 2], "logloss") == 2
    assert best_rounds([1, 2, 3], "ndcg") == 3
