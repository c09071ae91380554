"""What the retraining function is invoked with, as far as it matters. Pure.

(Amazon S3 user guide, "EventBridge event message structure"; SageMaker AI developer guide, "Events that Amazon
SageMaker AI sends to Amazon EventBridge"; of a schedule, what its rule gives its target.)
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from stacks.outputs import ServiceOutputs

_ARRIVED = "Object Created"
_ENDED = "SageMaker Model Building Pipeline Execution Status Change"


@dataclass(frozen=True, kw_only=True)
class Occasion:
    """A service whose orders may be worth a run, and the run of it that has just ended, if one has."""

    service: ServiceOutputs
    look: bool
    """Whether to look for newer orders; a run's end is no occasion where new orders wait for their schedule."""
    ended: str = ""
    """ARN of the execution."""
    description: str = ""
    """Of that execution."""


def parse(event: Mapping[str, Any], services: Iterable[ServiceOutputs]) -> Occasion | None:
    """Return what an event is the occasion for; None where no service is meant, or its dial has been turned off.

    Raises:
        ValueError: no rule of the platform sends such an event.
    """
    detail: Mapping[str, Any] = event.get("detail") or {}
    by_name = {service.name: service for service in services}
    if "schedule_of" in event:
        service = by_name.get(event["schedule_of"])
        return Occasion(service=service, look=True) if service and service.retraining.schedule.enabled else None
    kind = event.get("detail-type")
    if kind == _ARRIVED:
        service = by_name.get(detail["object"]["key"].partition("/")[0])
        return Occasion(service=service, look=True) if service and service.retraining.new_data.enabled else None
    if kind == _ENDED:
        pipeline = detail["pipelineArn"].rpartition("/")[2]
        service = next((each for each in by_name.values() if each.pipeline_name == pipeline), None)
        return _end(service, detail) if service and service.retraining.enabled else None
    raise ValueError(f"The retraining function knows no event of detail-type {kind!r}")


def _end(service: ServiceOutputs, detail: Mapping[str, Any]) -> Occasion:
    return Occasion(
        service=service,
        look=service.retraining.new_data.enabled,
        ended=detail["pipelineExecutionArn"],
        description=detail.get("pipelineExecutionDescription") or "",
    )
