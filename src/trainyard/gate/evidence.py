"""What the gate judges: metrics and each customer's average precision, tests of the model, validation of its data.

Anything absent, not a number or contradictory is an `EvidenceError`, which the gate turns into a rejection.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq

from trainyard.gate.data_validation import DataValidation, parse_validation
from trainyard.gate.model_tests import ModelTest, parse_tests
from trainyard.gate.reading import EvidenceError, listed, member, number, read_json

Scores = npt.NDArray[np.float64]

QUALITY_METRICS = ("map_at_10", "ndcg_at_10", "recall_at_10", "coverage")
SERVED_METRICS = (*QUALITY_METRICS, "latency_ms_p50")
"""Of models that answer customers; a baseline is only compared with."""
_AGREEMENT = 1e-6


@dataclass(frozen=True, kw_only=True)
class ModelScore:
    """One model on the holdout: its means, and the average precision of each customer behind them."""

    map_at_10: float
    per_customer: Scores
    coverage: float
    """Share of all products that it recommends to somebody."""
    latency_ms_p50: float | None
    """Of one customer's answer in process; None for a baseline, which answers nobody."""


@dataclass(frozen=True, kw_only=True)
class Slice:
    """One group of customers: its size and both models' MAP@10 in it."""

    name: str
    customers: int
    challenger: float
    champion: float | None
    standard_error: float | None
    """Of the mean difference between the two, customer by customer."""

    @property
    def loss(self) -> float | None:
        """Share of the champion's MAP@10 that the challenger loses; negative where it gains."""
        return None if not self.champion else 1 - self.challenger / self.champion


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """All that the decision rests on; `champion` is None for a service's first model."""

    challenger: ModelScore
    champion: ModelScore | None
    personal_frequency: ModelScore
    slices: tuple[Slice, ...]
    tests: tuple[ModelTest, ...]
    validation: DataValidation

    @classmethod
    def read(cls, evaluation: Path, champion: Path, validation: Path) -> "Evidence":
        """Read the folders of the evaluation, the champion and the validation.

        They hold `evaluation.json`, `per_customer.parquet` and `tests.json`; `champion.json`; `validation.json`.

        Raises:
            EvidenceError: a file or a metric is missing, not a number, or contradicts another.
        """
        report = read_json(evaluation / "evaluation.json")
        expected = member(read_json(champion / "champion.json"), "version", "champion.json")
        return cls.parse(
            report,
            _table(evaluation / "per_customer.parquet"),
            tests=parse_tests(read_json(evaluation / "tests.json")),
            validation=parse_validation(read_json(validation / "validation.json")),
            champion_version=None if expected is None else str(expected),
        )

    @classmethod
    def parse(
        cls,
        report: Mapping[str, Any],
        scores: Mapping[str, Scores],
        *,
        tests: tuple[ModelTest, ...],
        validation: DataValidation,
        champion_version: str | None,
    ) -> "Evidence":
        """Check the evaluation's report against customers' scores, the champion sent in, and the data validated.

        Raises:
            EvidenceError: a metric is missing, not a number, or contradicts another.
        """
        models = member(report, "models", "evaluation.json")
        _check_customers(member(report, "customers", "evaluation.json"), scores)
        champion = _champion(models, scores, champion_version)
        return cls(
            challenger=_score(models, scores, "challenger", SERVED_METRICS),
            champion=champion,
            personal_frequency=_score(models, scores, "personal_frequency", QUALITY_METRICS),
            slices=_slices(report, champion is not None),
            tests=tests,
            validation=_of_the_same_data(validation, report),
        )


def _of_the_same_data(validation: DataValidation, report: Mapping[str, Any]) -> DataValidation:
    evaluated = str(member(report, "data_hash", "evaluation.json"))
    if validation.data_hash != evaluated:
        raise EvidenceError(f"the data {validation.data_hash} were validated, but the models learned from {evaluated}")
    return validation


def _slices(report: Mapping[str, Any], has_champion: bool) -> tuple[Slice, ...]:
    found = listed(member(report, "slices", "evaluation.json"), "evaluation.json: slices")
    if not found:
        raise EvidenceError("evaluation.json: slices is empty, so no group of customers was looked at")
    return tuple(_slice(one, has_champion) for one in found)


def _check_customers(reported: Any, scores: Mapping[str, Scores]) -> None:
    for name, values in scores.items():
        if len(values) != reported:
            raise EvidenceError(
                f"evaluation.json counts {reported} customers, per_customer.parquet has {len(values)} of {name}"
            )


def _champion(models: Any, scores: Mapping[str, Scores], version: str | None) -> ModelScore | None:
    reported = member(models, "champion", "evaluation.json: models")
    if version is None and reported is None:
        return None
    # A champion that was sent in but not scored must not pass for a first model.
    scored = None if reported is None else str(member(reported, "version", "evaluation.json: models.champion"))
    if scored != version:
        raise EvidenceError(f"the champion is version {version}, but the evaluation scored version {scored}")
    return _score(models, scores, "champion", SERVED_METRICS)


def _score(models: Any, scores: Mapping[str, Scores], name: str, required: Sequence[str]) -> ModelScore:
    where = f"evaluation.json: models.{name}"
    model = member(models, name, "evaluation.json: models")
    metrics = {key: number(member(model, key, where), f"{where}.{key}") for key in required}
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
    return ModelScore(
        map_at_10=metrics["map_at_10"],
        per_customer=values,
        coverage=metrics["coverage"],
        latency_ms_p50=metrics.get("latency_ms_p50"),
    )


def _slice(value: Any, has_champion: bool) -> Slice:
    where = "evaluation.json: slices"
    name = f"{member(value, 'slice', where)}={member(value, 'value', where)}"
    where = f"{where}.{name}"
    champion, error = (member(value, key, where) for key in ("champion", "standard_error"))
    return Slice(
        name=name,
        customers=int(number(member(value, "customers", where), f"{where}.customers")),
        challenger=number(member(value, "challenger", where), f"{where}.challenger"),
        champion=number(champion, f"{where}.champion") if has_champion else None,
        standard_error=number(error, f"{where}.standard_error") if has_champion else None,
    )


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
