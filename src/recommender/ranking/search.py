"""Search for hyperparameters: trials that learn from older windows and are judged on the newest one before the holdout.

The holdout takes no part: what is chosen here still has to pass the gate on data that nothing was chosen by. Each
trial trains the general ranker with early stopping, is broken off after a block in which it does worse than half of
the trials before it, and tells how many trees it kept.
"""

import argparse
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from recommender.container import Container, write_json
from recommender.errors import BadHyperparameters
from recommender.features.settings import FeatureSettings
from recommender.ranking.blocks import Progress
from recommender.ranking.hyperparameters import Hyperparameters
from recommender.ranking.learn import Rows, learn
from recommender.ranking.step import Source, read_rows

FILE = "hyperparameters.json"
MOST_TREES = 600
PATIENCE = 20
"""Rounds without a better newest window after which a trial has its trees."""


def tune(container: Container, arguments: Sequence[str]) -> None:
    """Read features/, write hyperparameters.json beside where a model would be, print `name=value;` metrics.

    Raises:
        BadHyperparameters: the objective's losses cannot be compared, or there is one training window only.
    """
    asked = _parsed(arguments)
    fixed = Hyperparameters.parse(container.hyperparameters())
    if fixed.objective != "binary:logistic":
        raise BadHyperparameters(f"the search judges by log loss, which objective {fixed.objective} does not have")
    folder = container.training_channel("features")
    described = json.loads((folder / "features.json").read_text())
    most = FeatureSettings.parse(described["settings"]).candidates
    watched = replace(fixed, early_stopping=PATIENCE, n_estimators=MOST_TREES)
    source = Source(folder / "training_general.parquet", fixed.columns, min(most, fixed.candidates))
    rows, judge = read_rows(source, watched)
    assert judge is not None
    document = search(rows, judge, watched, trials=asked.trials, seconds=asked.seconds)
    write_json(container.model / FILE, {"data_hash": described["data_hash"], **document})
    print(f"trials={len(document['trials'])};\nvalidation_logloss={document['validation_logloss']:.6g};", flush=True)


def search(
    rows: Rows, judge: Rows, fixed: Hyperparameters, *, trials: int, seconds: float | None = None
) -> dict[str, Any]:
    """Return the best hyperparameters, their loss, and every trial.

    The same rows, seed and number of trials give the same answer; a limit of time makes the number of trials depend
    on the machine.

    Args:
        rows: to learn from.
        judge: the newest window before the holdout.
        fixed: what is not searched for; its seed is the search's.
        trials: how many at most.
        seconds: no trial begins after so many; None sets no limit.
    """
    import optuna

    optuna.logging.set_verbosity(optuna.logging.WARNING)

    def objective(trial: optuna.Trial) -> float:
        tried = replace(fixed, **_suggested(trial))
        booster, losses = learn(rows, judge, tried, _Prunable(trial))
        trial.set_user_attr("n_estimators", booster.num_boosted_rounds())
        return losses["validation_logloss"][-1]

    study = optuna.create_study(
        sampler=optuna.samplers.TPESampler(seed=fixed.seed), pruner=optuna.pruners.MedianPruner(n_startup_trials=3)
    )
    # First what training does by itself: the search never answers with less.
    study.enqueue_trial({name: getattr(Hyperparameters(), name) for name in _SEARCHED})
    study.optimize(objective, n_trials=trials, timeout=seconds, callbacks=[_tell])
    return {
        "best": {**study.best_params, "n_estimators": study.best_trial.user_attrs["n_estimators"]},
        "validation_logloss": study.best_value,
        "seed": fixed.seed,
        "trials": [_described(trial) for trial in study.trials],
    }


_SEARCHED = ("max_depth", "learning_rate", "min_child_weight", "subsample", "colsample")


def _suggested(trial: Any) -> dict[str, Any]:
    return {
        "max_depth": trial.suggest_int("max_depth", 2, 8),
        "learning_rate": trial.suggest_float("learning_rate", 0.02, 0.3, log=True),
        "min_child_weight": trial.suggest_int("min_child_weight", 1, 200, log=True),
        "subsample": trial.suggest_float("subsample", 0.4, 1),
        "colsample": trial.suggest_float("colsample", 0.2, 1),
    }


def _described(trial: Any) -> dict[str, Any]:
    return {
        "number": trial.number,
        "state": trial.state.name.lower(),
        "hyperparameters": {**trial.params, **trial.user_attrs},
        "validation_logloss": trial.value,
    }


def _tell(study: Any, trial: Any) -> None:
    """Print a line for whoever follows."""
    loss = "broken off" if trial.state.name == "PRUNED" else f"log loss {trial.value:.6g}"
    print(f"trial {trial.number + 1}: {loss}, the best so far {study.best_value:.6g}", flush=True)


@dataclass(frozen=True)
class _Prunable:
    """The course of a trial: broken off when it lags behind the others."""

    trial: Any

    def begin(self) -> Progress:
        return Progress()

    def after_block(self, progress: Progress) -> None:
        import optuna

        self.trial.report(min(progress.losses["validation_logloss"]), progress.rounds)
        if self.trial.should_prune():
            raise optuna.TrialPruned


def _parsed(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="recommender tune", description="Search for hyperparameters.")
    parser.add_argument("--trials", type=int, default=30, help="how many at most")
    parser.add_argument("--seconds", type=float, default=None, help="no trial begins after so many")
    return parser.parse_args(arguments)
