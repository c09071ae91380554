"""A lineage as the facts of a model card. Pure."""

from collections.abc import Mapping, Sequence
from typing import Any

from pipelines.model_card import CardFacts, Slice
from trainyard.lineage.facts import Lineage

UNKNOWN = "not recorded"


def card_facts(told: Lineage, slices: Sequence[Mapping[str, Any]], owners: Sequence[str]) -> CardFacts:
    """Return what a card says of a version.

    Args:
        told: the version's lineage.
        slices: of evaluation.json.
        owners: of the model service.
    """
    return CardFacts(
        owners=owners,
        archive=told.archive["address"],
        image=told.images["training"],
        orders=told.data["orders"],
        evaluation=None,
        metrics={name: value for name, value in told.metrics.items() if _is_number(value)},
        details=_details(told),
        hyperparameters=told.hyperparameters,
        slices=[
            Slice(
                name=f"{one['slice']} {one['value']}",
                customers=one["customers"],
                challenger=one["challenger"],
                champion=one.get("champion"),
            )
            for one in slices
        ],
    )


def _details(told: Lineage) -> dict[str, str]:
    named = {"data": told.data, "code": told.code, "images": told.images, "machine": told.machine, "run": told.run}
    found = {
        f"{section}: {name}": UNKNOWN if value is None else str(value)
        for section, facts in named.items()
        for name, value in facts.items()
    }
    approved = "; ".join(f"{one['name']} ({one['person']}): {one['reason']}" for one in told.people["approved by"])
    return found | {
        "archive: sha256": str(told.archive["sha256 recorded"] or UNKNOWN),
        "holdout": str(told.metrics["holdout"] or UNKNOWN),
        "gate": str(told.gate["reason"] or told.gate["rule"] or UNKNOWN),
        "approval": f"{told.people['approval']}, {approved}" if approved else told.people["approval"],
    }


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
