"""A SageMaker model card's content, from facts. Pure: values may be pipeline variables, which are only put in place.

The schema is that of a card that belongs to a model package: no `model_package_details`, and of `model_overview` only
creator and artifact (SageMaker API reference, "ModelPackageModelCard"). Lengths are AWS's limits (developer guide,
"Model cards", JSON schema).
"""

import importlib.util
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

FILE = "model_card.json"
"""In the package of a model service: what people say about the model, beside its code."""

DRAFT = "Draft"
"""The state of a card that nobody has read."""

_LONG, _SHORT = 2048, 1024


@dataclass(frozen=True, kw_only=True)
class Slice:
    """How good a model is for some of the customers."""

    name: str
    customers: Any
    challenger: Any
    champion: Any = None


@dataclass(frozen=True, kw_only=True)
class CardFacts:
    """What records tell about a version; what is empty is left out of the card."""

    owners: Sequence[str]
    archive: Any
    image: Any
    orders: Any
    evaluation: Any
    """Address of evaluation.json."""
    metrics: Mapping[str, Any]
    """Numbers by name, on the holdout."""
    details: Mapping[str, Any]
    """Texts by name: hashes, commit, run, people."""
    hyperparameters: Mapping[str, Any] = field(default_factory=dict[str, Any])
    slices: Sequence[Slice] = ()
    training_arn: Any = None


def about(service: str) -> dict[str, str]:
    """Return what the package of a service says about its model; empty where it says nothing."""
    spec = importlib.util.find_spec(service.replace("-", "_"))
    path = Path(spec.origin).parent / FILE if spec and spec.origin else None
    return json.loads(path.read_text()) if path and path.is_file() else {}


def card(said: Mapping[str, str], facts: CardFacts) -> dict[str, Any]:
    """Return the content of a card.

    Args:
        said: what `about` returned.
        facts: what records tell.
    """
    sections = {
        "model_overview": {"model_creator": ", ".join(facts.owners)[:_SHORT], "model_artifact": [facts.archive]},
        "intended_uses": _texts(
            said,
            purpose_of_model="purpose",
            intended_uses="intended_uses",
            factors_affecting_model_efficiency="factors",
            risk_rating="risk_rating",
            explanations_for_risk_rating="risk_explanation",
        ),
        "business_details": _texts(said, business_problem="business_problem"),
        "training_details": {
            "training_observations": said.get("algorithm", "")[:_SHORT],
            "training_job_details": _training(facts),
        },
        "evaluation_details": [_evaluation(facts)],
        "additional_information": {
            **_texts(said, ethical_considerations="ethical_considerations", caveats_and_recommendations="limitations"),
            "custom_details": dict(facts.details),
        },
    }
    return {name: kept for name, section in sections.items() if (kept := _without_empty(section))}


def _training(facts: CardFacts) -> dict[str, Any]:
    return {
        "training_arn": facts.training_arn,
        "training_datasets": [facts.orders],
        "training_environment": {"container_image": [facts.image]},
        "user_provided_hyper_parameters": [
            {"name": name, "value": value if _is_variable(value) else str(value)}
            for name, value in facts.hyperparameters.items()
        ],
    }


def _evaluation(facts: CardFacts) -> dict[str, Any]:
    groups = [{"name": "holdout", "metric_data": [_metric(name, value) for name, value in facts.metrics.items()]}]
    slices = [_metric(f"map_at_10, {one.name}", one.challenger, _note(one)) for one in facts.slices]
    if slices:
        groups.append({"name": "slices", "metric_data": slices})
    return {
        "name": "Later month, held out",
        "datasets": [facts.evaluation],
        "metric_groups": groups,
    }


def _metric(name: str, value: Any, notes: str = "") -> dict[str, Any]:
    return {"name": name, "type": "number", "value": value} | ({"notes": notes[:_SHORT]} if notes else {})


def _note(one: Slice) -> str:
    champion = "" if one.champion is None else f"; the champion's is {one.champion:.5f}"
    return f"{one.customers} customers{champion}"


def _texts(said: Mapping[str, str], **names: str) -> dict[str, str]:
    return {field: said[name][:_LONG] for field, name in names.items() if said.get(name)}


def _without_empty(value: Any) -> Any:
    """Leave out what is None or empty, at every depth; a zero stays."""
    if isinstance(value, dict):
        kept = {name: _without_empty(one) for name, one in value.items()}
        return {name: one for name, one in kept.items() if _is_variable(one) or one not in (None, "", [], {})}
    if isinstance(value, list):
        return [kept for one in value if _is_variable(kept := _without_empty(one)) or kept not in (None, "", [], {})]
    return value


def _is_variable(value: Any) -> bool:
    """Return whether a value is known only while a pipeline runs; such ones may not even be comparable."""
    return not isinstance(value, str | int | float | bool | dict | list | None)
