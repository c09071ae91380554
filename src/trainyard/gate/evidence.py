"""What the gate judges: the evaluation's metrics and each customer's average precision, read strictly.

Anything absent, not a number or contradictory is an `EvidenceError`, which the gate turns into a rejection.
"""

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq

Scores = npt.NDArray[np.float64]

QUALITY_METRICS = ("map_at_10", "ndcg_at_10", "recall_at_10", "coverage")
SERVED_METRICS = (*QUALITY_METRICS, "latency_ms_p50")
"""Of models that answer customers; a baseline is only compared with."""
_AGREEMENT = 1e-6


class EvidenceError(ValueError):
    """The evidence is incomplete or contradicts itself; the text names what."""


@dataclass(frozen=True, kw_only=True)
class ModelScore:
    """One model on the holdout: its MAP@10 and the average precision of each customer behind it."""

    map_at_10: float
    per_customer: Scores


@dataclass(frozen=True, kw_only=True)
class Slice:
    """One group of customers: its size and both models' MAP@10 in it."""

    name: str
    customers: int
    challenger: float
    champion: float | None


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """All that the decision rests on; `champion` is None for a service's first model."""

    challenger: ModelScore
    champion: ModelScore | None
    personal_frequency: ModelScore
    slices: tuple[Slice, ...]

    @classmethod
    def read(cls, evaluation: Path, champion: Path) -> "Evidence":
        """Read the folders that hold `evaluation.json` with `per_customer.parquet`, and `champion.json`.

        Raises:
            EvidenceError: a file or a metric is missing, not a number, or contradicts another.
        """
        report = _json(evaluation / "evaluation.json")
        expected = _member(_json(champion / "champion.json"), "version", "champion.json")
        scores = _table(evaluation / "per_customer.parquet")
        return cls.parse(report, scores, champion_version=None if expected is None else str(expected))

    @classmethod
    def parse(
        cls, report: Mapping[str, Any], scores: Mapping[str, Scores], *, champion_version: str | None
    ) -> "Evidence":
        """Check the evaluation's report against each customer's scores and against the champion that was sent in.

        Raises:
            EvidenceError: a metric is missing, not a number, or contradicts another.
        """
        models = _member(report, "models", "evaluation.json")
        _check_customers(_member(report, "customers", "evaluation.json"), scores)
        champion = _champion(models, scores, champion_version)
        return cls(
            challenger=_score(models, scores, "challenger", SERVED_METRICS),
            champion=champion,
            personal_frequency=_score(models, scores, "personal_frequency", QUALITY_METRICS),
            slices=tuple(
                _slice(one, champion is not None) for one in _list(_member(report, "slices", "evaluation.json"))
            ),
        )


def _check_customers(reported: Any, scores: Mapping[str, Scores]) -> None:
    for name, values in scores.items():
        if len(values) != reported:
            raise EvidenceError(
                f"evaluation.json counts {reported} customers, per_customer.parquet has {len(values)} of {name}"
            )


def _champion(models: Any, scores: Mapping[str, Scores], version: str | None) -> ModelScore | None:
    reported = _member(models, "champion", "evaluation.json: models")
    if version is None and reported is None:
        return None
    # A champion that was sent in but not scored must not pass for a first model.
    scored = None if reported is None else str(_member(reported, "version", "evaluation.json: models.champion"))
    if scored != version:
        raise EvidenceError(f"the champion is version {version}, but the evaluation scored version {scored}")
    return _score(models, scores, "champion", SERVED_METRICS)


def _score(models: Any, scores: Mapping[str, Scores], name: str, required: Sequence[str]) -> ModelScore:
    where = f"evaluation.json: models.{name}"
    model = _member(models, name, "evaluation.json: models")
    metrics = {key: _number(_member(model, key, where), f"{where}.{key}") for key in required}
    values = scores.get(name)
    if values is None or not len(values):
        raise EvidenceError(f"per_customer.parquet has no scores of {name}")
    if not np.isfinite(values).all():
        raise EvidenceError(f"per_customer.parquet: {name} lacks {int((~np.isfinite(values)).sum())} customers' scores")
    mean = float(values.mean())
    if abs(mean - metrics["map_at_10"]) > _AGREEMENT:
        raise EvidenceError(
            f"{where}.map_at_10 is {metrics['map_at_10']:.6f}, but its customers' average in per_customer.parquet is "
            f"{mean:.6f}"
        )
    return ModelScore(map_at_10=metrics["map_at_10"], per_customer=values)


def _slice(value: Any, has_champion: bool) -> Slice:
    where = "evaluation.json: slices"
    name = f"{_member(value, 'slice', where)}={_member(value, 'value', where)}"
    where = f"{where}.{name}"
    champion = _member(value, "champion", where)
    return Slice(
        name=name,
        customers=int(_number(_member(value, "customers", where), f"{where}.customers")),
        challenger=_number(_member(value, "challenger", where), f"{where}.challenger"),
        champion=_number(champion, f"{where}.champion") if has_champion else None,
    )


def _json(path: Path) -> Any:
    try:
        return json.loads(path.read_text())
    except FileNotFoundError as error:
        raise EvidenceError(f"{path.name} is missing") from error
    except ValueError as error:
        raise EvidenceError(f"{path.name} is not JSON: {error}") from error


def _table(path: Path) -> dict[str, Scores]:
    try:
        table = pq.read_table(path)
    except FileNotFoundError as error:
        raise EvidenceError(f"{path.name} is missing") from error
    except pa.ArrowException as error:
        raise EvidenceError(f"{path.name} cannot be read: {error}") from error
    return {
        name: np.asarray(table[name].cast(pa.float64()).to_numpy(), dtype=np.float64)
        for name in table.column_names
        if name != "customer" and table[name].null_count < len(table)
    }


def _member(value: Any, key: str, where: str) -> Any:
    if not isinstance(value, Mapping) or key not in value:
        raise EvidenceError(f"{where} has no {key}")
    return value[key]


def _list(value: Any) -> list[Any]:
    if not isinstance(value, list):
        raise EvidenceError("evaluation.json: slices is not a list")
    return value


def _number(value: Any, where: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value) or value < 0:
        raise EvidenceError(f"{where} is {value!r}, not a number of at least 0")
    return float(value)
