"""Whether groups of customers are served equally well: Fairlearn's metrics by slice.

The orders hold nothing of a person but a number and a country, so the groups are those of trade: how long and how often
somebody buys, and where. Differences are expected there (who bought more is known better); what is watched is that a
new model does not widen them.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

Members = Mapping[tuple[str, str], npt.NDArray[np.bool_]]


def fairness(average_precision: npt.NDArray[np.float64], members: Members) -> dict[str, Any]:
    """Return MAP@10 by group, with the widest difference and the smallest ratio between groups of a slice.

    Args:
        average_precision: of each customer.
        members: which customers belong to a slice's group, by (slice, group).
    """
    from fairlearn.metrics import MetricFrame, count  # imports scikit-learn and pandas

    slices: list[dict[str, Any]] = []
    for name in dict.fromkeys(name for name, _ in members):
        frame = MetricFrame(
            metrics={"map_at_10": _mean, "customers": count},
            y_true=average_precision,
            y_pred=average_precision,
            sensitive_features=_groups(name, members),
        )
        by_group: Any = frame.by_group
        difference: Any = frame.difference()
        ratio: Any = frame.ratio()
        slices.append({
            "slice": name,
            "difference": float(difference["map_at_10"]),
            "ratio": float(ratio["map_at_10"]),
            "groups": [
                {"value": str(value), "customers": int(row["customers"]), "map_at_10": float(row["map_at_10"])}
                for value, row in by_group.iterrows()
            ],
        })  # fmt: skip
    return {"schema_version": 1, "metric": "map_at_10", "slices": slices}


def _mean(average_precision: npt.NDArray[np.float64], _: npt.NDArray[np.float64]) -> float:
    return float(np.mean(average_precision))


def _groups(name: str, members: Members) -> npt.NDArray[np.str_]:
    ours = {group: who for (slice_name, group), who in members.items() if slice_name == name}
    found = np.full(len(next(iter(ours.values()))), "", dtype="<U32")
    for group, who in ours.items():
        found[who] = group
    return found
