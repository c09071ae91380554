import numpy as np
import numpy.typing as npt
import onnx
import pytest

from recommender.errors import UnequalExport
from recommender.ranking.hyperparameters import Hyperparameters
from recommender.ranking.learn import Rows, learn
from recommender.ranking.onnx import TOLERANCE, compared, export, require_equal, scores

NAMES = ("orders", "days_since", "price", "popularity")


def shopping(seed: int, count: int = 4000) -> Rows:
    draw = np.random.default_rng(seed)
    matrix = draw.normal(size=(count, len(NAMES))).astype(np.float32)
    matrix[draw.random(matrix.shape) < 0.1] = np.nan
    label = (np.nan_to_num(matrix[:, 0]) + draw.normal(size=count) > 1.5).astype(np.int8)
    return Rows(matrix=matrix, label=label, group=np.arange(count) // 20, features=NAMES)


@pytest.mark.parametrize("objective", ["binary:logistic", "rank:ndcg", "rank:map"])
@pytest.mark.parametrize("early_stopping", [0, 3])
def test_the_export_answers_as_the_booster_for_every_objective_and_after_early_stopping(
    objective: str, early_stopping: int
) -> None:
    rows, judge = shopping(1), shopping(2) if early_stopping else None
    dials = Hyperparameters(objective=objective, early_stopping=early_stopping, learning_rate=0.5)
    booster, _ = learn(rows, judge, dials)
    if early_stopping:
        assert booster.num_boosted_rounds() < dials.n_estimators
    unseen = compared(shopping(3).matrix)
    assert np.abs(scores(export(booster, rows.matrix), unseen) - booster.inplace_predict(unseen)).max() <= TOLERANCE


def test_the_same_booster_exports_to_the_same_bytes() -> None:
    rows = shopping(1)
    booster, _ = learn(rows, None, Hyperparameters(n_estimators=5))
    assert export(booster, rows.matrix) == export(booster, rows.matrix)
    assert booster.feature_names == list(NAMES)  # exporting leaves the booster as it was


def test_an_export_with_another_start_value_is_refused() -> None:
    rows = shopping(1)
    booster, _ = learn(rows, None, Hyperparameters(n_estimators=5))
    shifted = onnx.load_from_string(export(booster, rows.matrix))
    [start] = [one for one in shifted.graph.node[0].attribute if one.name == "base_values"]
    start.floats[0] += 0.01
    with pytest.raises(
        UnequalExport, match=r"of 4001 rows the worst differs by 0\.00.* \(allowed: 1e-05\).*not packaged"
    ):
        require_equal(booster, shifted.SerializeToString(), compared(rows.matrix))


def test_an_export_that_sends_missing_values_the_other_way_is_refused() -> None:
    rows = shopping(1)
    booster, _ = learn(rows, None, Hyperparameters(n_estimators=5))
    turned = onnx.load_from_string(export(booster, rows.matrix))
    [ways] = [one for one in turned.graph.node[0].attribute if one.name == "nodes_missing_value_tracks_true"]
    ways.ints[:] = [1 - way for way in ways.ints]
    complete: npt.NDArray[np.float32] = np.nan_to_num(rows.matrix)
    with pytest.raises(UnequalExport):
        require_equal(booster, turned.SerializeToString(), compared(complete))


def test_few_rows_are_compared_once_each() -> None:
    assert len(compared(shopping(1, count=3).matrix)) == 3 + 3 + 1
