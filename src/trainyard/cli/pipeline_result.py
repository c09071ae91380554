"""How a run ended, in words for people and as a document for programs."""

from typing import Any

from pipelines.execution import StepProgress
from pipelines.outcome import Outcome
from trainyard.errors import GateRejected, TrainyardError
from trainyard.registry import ModelVersion


def result_document(outcome: Outcome, model: ModelVersion | None) -> dict[str, Any]:
    """Return the end of a run as JSON types."""
    progress = outcome.progress
    return {
        "run": progress.display_name,
        "execution_arn": progress.execution_arn,
        "status": progress.status,
        "outcome": _word(outcome),
        "version": model.version if model else None,
        "model_package_arn": outcome.model_package_arn or None,
        "metadata": dict(model.metadata) if model else {},
        "gate": outcome.gate,
        "failed_step": outcome.failed.name if outcome.failed else None,
        "reason": _reason(outcome),
        "steps": [_step(step) for step in progress.steps],
    }


def result_error(outcome: Outcome) -> TrainyardError | None:
    """Return what a run that registered no model ends the command with, None for one that did."""
    progress = outcome.progress
    if outcome.model_package_arn:
        return None
    if outcome.rejected:
        return _rejection(outcome)
    if outcome.failed is None:
        return TrainyardError(
            f"The run {progress.display_name} ended as {progress.status}: {progress.failure or 'no reason is given'}",
            where=progress.execution_arn,
            cure="Start it again with `trainyard pipeline run`",
        )
    log = outcome.failed.log
    place = f"log group {log.group}, streams {log.stream_prefix}*" if log else progress.execution_arn
    cure = f"`aws logs tail {log.group} --log-stream-name-prefix {log.stream_prefix}` prints it" if log else ""
    return TrainyardError(
        f"Step {outcome.failed.name} failed: {_reason(outcome) or 'no reason is given'}", where=place, cure=cure
    )


def _rejection(outcome: Outcome) -> GateRejected:
    gate = outcome.gate or {}
    rule = gate.get("rule", "unknown: gate.json cannot be read")
    numbers = ", ".join(
        f"{label} {gate[key]:.5f}"
        for label, key in (
            ("challenger", "challenger_map_at_10"),
            (str(gate.get("reference", "")).replace("_", " "), "reference_map_at_10"),
            ("ratio", "ratio"),
            ("better in a share of draws of", "confidence"),
            ("smallest detectable difference", "detectable_difference"),
        )
        if gate.get(key) is not None
    )
    return GateRejected(
        f"The gate let no model pass, by its rule {rule}. {_reason(outcome)}",
        where=f"MAP@10 on the holdout: {numbers}" if numbers else outcome.progress.execution_arn,
        cure="Nothing was registered, and the live model stays",
    )


def _reason(outcome: Outcome) -> str:
    if outcome.rejected:
        return str((outcome.gate or {}).get("reason") or outcome.progress.failure)
    return outcome.failure if outcome.failed else outcome.progress.failure


def _word(outcome: Outcome) -> str:
    if outcome.model_package_arn:
        return "registered"
    return "rejected" if outcome.rejected else outcome.progress.status.lower()


def _step(step: StepProgress) -> dict[str, Any]:
    took = (step.ended - step.started).total_seconds() if step.started and step.ended else None
    return {"name": step.name, "status": step.status, "seconds": took, "failure": step.failure}
