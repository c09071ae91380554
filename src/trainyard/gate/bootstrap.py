"""How sure a difference between two models is: a paired bootstrap over customers (Efron and Tibshirani, 1993)."""

from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
import numpy.typing as npt

_POWER = 0.8
_CHUNK = 100


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """A challenger against a reference on the same customers, in MAP@10."""

    share_better: float
    """Share of draws in which the challenger's mean is the higher one."""
    interval: tuple[float, float]
    """The middle 95 % of the drawn differences, challenger minus reference."""
    detectable_difference: float
    """The smallest true difference that so many customers would have shown, four times out of five."""


def compare(
    challenger: npt.NDArray[np.float64],
    reference: npt.NDArray[np.float64],
    *,
    confidence: float,
    draws: int,
    seed: int,
) -> Comparison:
    """Draw customers with replacement and compare both models on each draw.

    Args:
        challenger: average precision per customer.
        reference: the same customers in the same order.
        confidence: one-sided level that `detectable_difference` refers to, at least one half.
        draws: how many samples.
        seed: of the draws.
    """
    difference = challenger - reference
    random = np.random.default_rng(seed)
    means = np.concatenate([
        difference[random.integers(0, len(difference), (min(_CHUNK, draws - start), len(difference)))].mean(axis=1)
        for start in range(0, draws, _CHUNK)
    ])  # fmt: skip
    low, high = np.percentile(means, [2.5, 97.5])
    level = NormalDist().inv_cdf(max(confidence, 0.5)) + NormalDist().inv_cdf(_POWER)
    return Comparison(
        share_better=float((means > 0).mean()),
        interval=(float(low), float(high)),
        detectable_difference=level * float(means.std()),
    )
