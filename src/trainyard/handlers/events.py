"""What the release function is invoked with, as far as it matters. Pure.

Events come at least once and in any order, so none of them says what is: they only say that it is time to look. Of an
approval one needs to know of which version. (Amazon EventBridge user guide, "Scheduled events"; SageMaker AI developer
guide, "Events that Amazon SageMaker AI sends to Amazon EventBridge".)
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

_TIMES_TO_LOOK = frozenset(
    {"Scheduled Event", "SageMaker Endpoint State Change", "SageMaker Endpoint Deployment State Change"}
)
_PACKAGE = "SageMaker Model Package State Change"


@dataclass(frozen=True)
class Look:
    """Time to look at the open releases."""


@dataclass(frozen=True)
class Approved:
    """A version may have been approved."""

    model_package_arn: str


def parse(event: Mapping[str, Any]) -> Look | Approved:
    """Return what an event means.

    Raises:
        ValueError: no rule of the platform sends such an event.
    """
    kind = event.get("detail-type")
    if kind in _TIMES_TO_LOOK:
        return Look()
    if kind == _PACKAGE:
        detail = event.get("detail") or {}
        approved = detail.get("ModelApprovalStatus") == "Approved" and detail.get("ModelPackageArn")
        return Approved(str(detail["ModelPackageArn"])) if approved else Look()
    raise ValueError(f"The release function knows no event of detail-type {kind!r}")
