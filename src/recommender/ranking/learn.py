"""Learn a ranker from labelled candidates. Fixed seed, fixed threads: the same rows give the same trees."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from recommender.ranking.blocks import Progress, train_block
from recommender.ranking.course import Course, Straight
from recommender.ranking.devices import device
from recommender.ranking.early_stopping import best_rounds, kept_rounds
from recommender.ranking.hyperparameters import Hyperparameters
from recommender.ranking.xgboost_library import xgboost

THREADS = 2
"""Fixed, not the machine's: sums over rows depend on how they are shared out."""


@dataclass(frozen=True, kw_only=True)
class Rows:
    """Candidates of one or several windows; rows of a customer in a window stand together."""

    matrix: npt.NDArray[np.float32]
    label: npt.NDArray[np.int8]
    group: npt.NDArray[np.int64]
    """Ascending numbers, one a customer and window."""

    features: tuple[str, ...]
    """Names of the matrix's columns."""


Losses = dict[str, list[float]]
"""A loss a round, by `<rows>_<metric>`."""


def learn(
    rows: Rows, judge: Rows | None, hyperparameters: Hyperparameters, course: Course | None = None
) -> tuple[Any, Losses]:
    """Train a booster.

    Args:
        rows: to learn from.
        judge: a later window for early stopping; None learns all trees.
        hyperparameters: the dials.
        course: where to begin and what to do between blocks; None runs straight through.

    Returns:
        The booster, and the losses of its rounds.
    """
    course = course or Straight()
    parameters, matrix = _parameters(hyperparameters), _matrix(rows, hyperparameters)
    watched = {"train": matrix} | ({} if judge is None else {"validation": _matrix(judge, hyperparameters)})
    progress = course.begin()
    while progress.rounds < hyperparameters.n_estimators and not _stopped(progress, hyperparameters):
        progress = train_block(progress, parameters, matrix, watched, hyperparameters.n_estimators)
        course.after_block(progress)
    booster = xgboost.Booster({"nthread": THREADS}, model_file=bytearray(progress.model))
    kept = _kept(progress, hyperparameters)
    if kept < progress.rounds:
        booster = booster[:kept]
    return booster, {name: list(values[:kept]) for name, values in progress.losses.items()}


def _stopped(progress: Progress, hyperparameters: Hyperparameters) -> int | None:
    """Return how many rounds early stopping keeps, once it stops."""
    name = _judging(progress)
    if name is None or not hyperparameters.early_stopping:
        return None
    return kept_rounds(progress.losses[name], hyperparameters.early_stopping, name.removeprefix("validation_"))


def _kept(progress: Progress, hyperparameters: Hyperparameters) -> int:
    name = _judging(progress)
    if name is None or not hyperparameters.early_stopping:
        return progress.rounds
    return _stopped(progress, hyperparameters) or best_rounds(progress.losses[name], name.removeprefix("validation_"))


def _judging(progress: Progress) -> str | None:
    return next((name for name in progress.losses if name.startswith("validation_")), None)


def _parameters(hyperparameters: Hyperparameters) -> dict[str, Any]:
    return {
        "objective": hyperparameters.objective,
        "max_depth": hyperparameters.max_depth,
        "learning_rate": hyperparameters.learning_rate,
        "min_child_weight": hyperparameters.min_child_weight,
        "subsample": hyperparameters.subsample,
        "colsample_bytree": hyperparameters.colsample,
        "seed": hyperparameters.seed,
        "tree_method": "hist",
        "device": device(hyperparameters.device),
        "max_bin": 128,
        "nthread": THREADS,
    }


def _matrix(rows: Rows, hyperparameters: Hyperparameters) -> Any:
    names = list(rows.features)
    if hyperparameters.objective.startswith("rank:"):
        return xgboost.DMatrix(rows.matrix, label=rows.label, qid=rows.group, feature_names=names)
    return xgboost.DMatrix(rows.matrix, label=rows.label, feature_names=names)
