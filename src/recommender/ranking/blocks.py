"""Trees are learned in blocks of rounds; after each, all there is to go on from is a handful of bytes.

XGBoost's random numbers (which rows and columns a tree sees) live as long as a call of `train` and cannot be saved. So
each block is a call of its own whose seed is a function of the block, and which starts from the bytes of the model so
far, whether the process that wrote them still runs or not: training that was interrupted after any block, and
training that was not, do the same arithmetic in the same order and come to the same bytes.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from recommender.ranking.xgboost_library import xgboost

BLOCK_ROUNDS = 20
"""A block starts by scoring the rows with the trees so far: shorter ones cost time, longer ones lose more of it when a
host is taken away."""
_PRIME = 1_000_003
_SEEDS = 2**31


@dataclass(frozen=True, kw_only=True)
class Progress:
    """What has been learned so far."""

    rounds: int = 0
    model: bytes = b""
    """The booster in XGBoost's binary JSON; empty before the first block."""

    losses: Mapping[str, tuple[float, ...]] = field(default_factory=dict)
    """One value a round by `<rows>_<metric>`; none where nothing is watched."""


def train_block(
    progress: Progress, parameters: Mapping[str, Any], rows: Any, watched: Mapping[str, Any], rounds: int
) -> Progress:
    """Learn the next block of trees.

    Args:
        progress: so far.
        parameters: of XGBoost; `seed` is the run's.
        rows: the DMatrix to learn from.
        watched: DMatrix by name, to compute losses of.
        rounds: how many there may be in all.
    """
    count = min(BLOCK_ROUNDS, rounds - progress.rounds)
    seen: dict[str, dict[str, list[float]]] = {}
    booster = xgboost.train(
        {**parameters, "seed": block_seed(parameters["seed"], progress.rounds // BLOCK_ROUNDS)},
        rows,
        num_boost_round=count,
        xgb_model=bytearray(progress.model) if progress.model else None,
        evals=[(matrix, name) for name, matrix in watched.items()],
        evals_result=seen,
        verbose_eval=False,
    )
    new = {f"{name}_{metric}": values for name, found in seen.items() for metric, values in found.items()}
    return Progress(
        rounds=progress.rounds + count,
        model=bytes(booster.save_raw("ubj")),
        losses={name: (*progress.losses.get(name, ()), *values) for name, values in new.items()},
    )


def block_seed(seed: int, block: int) -> int:
    """Return the seed of a block; the first block's is the run's own."""
    return (seed + block * _PRIME) % _SEEDS
