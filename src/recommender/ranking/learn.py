"""Learn a ranker from labelled candidates. Fixed seed, fixed threads: the same rows give the same trees."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

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


def learn(rows: Rows, judge: Rows | None, hyperparameters: Hyperparameters) -> tuple[Any, Losses]:
    """Train a booster.

    Args:
        rows: to learn from.
        judge: a later window for early stopping; None learns all trees.
        hyperparameters: the dials.

    Returns:
        The booster, and the losses of its rounds, those included that early stopping cut off again.
    """
    losses: dict[str, dict[str, list[float]]] = {}
    watched = [(_matrix(rows, hyperparameters), "train")]
    if judge is not None:
        watched.append((_matrix(judge, hyperparameters), "validation"))
    booster = xgboost.train(
        _parameters(hyperparameters),
        watched[0][0],
        num_boost_round=hyperparameters.n_estimators,
        evals=watched,
        early_stopping_rounds=hyperparameters.early_stopping if judge is not None else None,
        evals_result=losses,
        verbose_eval=False,
    )
    if judge is not None:
        booster = booster[: booster.best_iteration + 1]
    return booster, {f"{name}_{metric}": values for name, found in losses.items() for metric, values in found.items()}


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
        "device": device(),
        "max_bin": 128,
        "nthread": THREADS,
    }


def device(devices: Path = Path("/dev")) -> str:
    """Return where trees are learned: a GPU, where this XGBoost is built for one and this machine has it."""
    return "cuda" if xgboost.build_info()["USE_CUDA"] and (devices / "nvidia0").exists() else "cpu"


def _matrix(rows: Rows, hyperparameters: Hyperparameters) -> Any:
    names = list(rows.features)
    if hyperparameters.objective.startswith("rank:"):
        return xgboost.DMatrix(rows.matrix, label=rows.label, qid=rows.group, feature_names=names)
    return xgboost.DMatrix(rows.matrix, label=rows.label, feature_names=names)
