"""When more trees no longer help the rows that are watched. Pure."""

from collections.abc import Sequence

_HIGHER_IS_BETTER = ("ndcg", "map", "auc", "aucpr", "pre")


def kept_rounds(losses: Sequence[float], patience: int, metric: str) -> int | None:
    """Return how many rounds to keep once the best is `patience` rounds past, or None while there is hope.

    The answer for a history is the answer for every longer one, so it does not matter how often this is asked.

    Args:
        losses: one value a round.
        patience: rounds without a better one after which to stop.
        metric: XGBoost's name of the loss, such as `logloss`; of some, higher is better.
    """
    sign = _sign(metric)
    best = 0
    for round_, loss in enumerate(losses):
        if sign * loss < sign * losses[best]:
            best = round_
        if round_ - best >= patience:
            return best + 1
    return None


def best_rounds(losses: Sequence[float], metric: str) -> int:
    """Return how many rounds lead to the best value, the first of equal ones."""
    sign = _sign(metric)
    return 1 + min(range(len(losses)), key=lambda at: sign * losses[at])


def _sign(metric: str) -> int:
    return -1 if metric.split("@")[0].rstrip("-") in _HIGHER_IS_BETTER else 1
