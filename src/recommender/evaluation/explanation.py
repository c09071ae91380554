"""What a ranker's scores rest on: SHAP values over a sample of candidates (TreeSHAP, Lundberg et al. 2020).

XGBoost computes them itself (`pred_contribs`), exactly and without another package in the image; a test holds them
against the `shap` library. They add up to the score before it is squeezed into a probability (log-odds).
"""

from typing import Any

import numpy as np
import numpy.typing as npt

from recommender.features.state import State
from recommender.ranking.archive import Ranker

ROWS = 1000
"""Candidates explained: the mean of so many is good to a few percent, and they take half a second."""

POINTS, FEATURES_WITH_POINTS = 200, 12
"""Of the plot: contributions over values, for the features that matter most."""


def explain_ranker(state: State, ranker: Ranker, seed: int = 0) -> dict[str, Any]:
    """Return mean absolute contributions by feature, the largest first, with points to plot."""
    candidates = len(state.candidates)
    rows = np.random.default_rng(seed).choice(candidates, min(ROWS, candidates), replace=False)
    matrix = state.matrix(np.sort(rows))
    contributions, base = ranker.contributions(matrix)
    importance = np.abs(contributions).mean(axis=0)
    order = np.argsort(-importance, kind="stable")
    values = matrix[:, ranker.columns]
    return {
        "rows": len(matrix),
        "base": round(base, 6),
        "features": [
            {"feature": ranker.features[at], "mean_absolute": round(float(importance[at]), 6)}
            | ({"points": _points(values[:, at], contributions[:, at])} if place < FEATURES_WITH_POINTS else {})
            for place, at in enumerate(order.tolist())
        ],
    }


def _points(
    values: npt.NDArray[np.float32], contributions: npt.NDArray[np.float32]
) -> list[tuple[float | None, float]]:
    """Return pairs of the value's rank among the sample (0 to 1, None where it is missing) and the contribution."""
    known = np.isfinite(values)
    rank = np.full(len(values), np.nan)
    rank[known] = np.argsort(np.argsort(values[known], kind="stable"), kind="stable") / max(int(known.sum()) - 1, 1)
    pairs = zip(rank[:POINTS].tolist(), contributions[:POINTS].tolist(), strict=True)
    return [(None if np.isnan(at) else round(at, 3), round(value, 4)) for at, value in pairs]
