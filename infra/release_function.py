"""What drives releases when nobody does. Owns the release function and what invokes it: two kinds of event, one tick.

An event says that it is time to look; the tick is for what no event tells of, such as a driver that has died, or an
event that was lost.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pulumi

from infra.function import Function, FunctionArgs
from infra.function_rule import FunctionRuleArgs, invoke_by_rule

TICK = "rate(1 minute)"
"""The most often that EventBridge has."""
_ENDPOINT_EVENTS = ["SageMaker Endpoint State Change", "SageMaker Endpoint Deployment State Change"]
_PACKAGE_EVENT = "SageMaker Model Package State Change"


@dataclass(frozen=True, kw_only=True)
class ReleaseFunctionArgs:
    """What a `ReleaseFunction` needs."""

    function: FunctionArgs
    endpoints: Sequence[str]
    """Names of the endpoints, which are those of the model package groups too."""


class ReleaseFunction(pulumi.ComponentResource):
    """The release function with its rules."""

    def __init__(self, name: str, args: ReleaseFunctionArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("trainyard:infra:ReleaseFunction", name, None, opts)
        self._function = Function(f"{name}-driver", args.function, pulumi.ResourceOptions(parent=self))
        prefix = args.function.function_name
        self._rule(f"{name}-endpoints", f"{prefix}-endpoints", pattern=endpoint_pattern(args.endpoints))
        self._rule(f"{name}-approvals", f"{prefix}-approvals", pattern=approval_pattern(args.endpoints))
        self._rule(f"{name}-tick", f"{prefix}-tick", schedule=TICK)
        self.register_outputs({})

    def _rule(
        self, name: str, rule_name: str, *, pattern: dict[str, Any] | None = None, schedule: str | None = None
    ) -> None:
        text = json.dumps(pattern) if pattern else None
        args = FunctionRuleArgs(rule_name=rule_name, target_id="release", pattern=text, schedule=schedule)
        invoke_by_rule(name, args, self._function, self)


def endpoint_pattern(endpoints: Sequence[str]) -> dict[str, Any]:
    """Return the pattern of what happens to these endpoints and to the pre-release ones of their releases."""
    names: list[str | dict[str, str]] = [*endpoints, *({"prefix": f"{name}-pre-"} for name in endpoints)]
    return {"source": ["aws.sagemaker"], "detail-type": _ENDPOINT_EVENTS, "detail": {"EndpointName": names}}


def approval_pattern(groups: Sequence[str]) -> dict[str, Any]:
    """Return the pattern of approvals in these model package groups."""
    detail = {"ModelPackageGroupName": list(groups), "ModelApprovalStatus": ["Approved"]}
    return {"source": ["aws.sagemaker"], "detail-type": [_PACKAGE_EVENT], "detail": detail}
