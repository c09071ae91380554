"""What drives releases when nobody does. Owns the release function and what invokes it: two kinds of event, one tick.

An event says that it is time to look; the tick is for what no event tells of, such as a driver that has died, or an
event that was lost.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pulumi
import pulumi_aws as aws

from infra.function import Function, FunctionArgs

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
        self._opts = pulumi.ResourceOptions(parent=self)
        self._function = Function(f"{name}-driver", args.function, self._opts)
        prefix = args.function.function_name
        self._rule(f"{name}-endpoints", f"{prefix}-endpoints", pattern=endpoint_pattern(args.endpoints))
        self._rule(f"{name}-approvals", f"{prefix}-approvals", pattern=approval_pattern(args.endpoints))
        self._rule(f"{name}-tick", f"{prefix}-tick", schedule=TICK)
        self.register_outputs({})

    def _rule(
        self, name: str, rule_name: str, *, pattern: dict[str, Any] | None = None, schedule: str | None = None
    ) -> None:
        rule = aws.cloudwatch.EventRule(
            name,
            name=rule_name,
            event_pattern=json.dumps(pattern) if pattern else None,
            schedule_expression=schedule,
            opts=self._opts,
        )
        allowed = aws.lambda_.Permission(
            f"{name}-permission",
            action="lambda:InvokeFunction",
            function=self._function.name,
            principal="events.amazonaws.com",
            source_arn=rule.arn,
            opts=self._opts,
        )
        aws.cloudwatch.EventTarget(
            f"{name}-target",
            rule=rule.name,
            target_id="release",
            arn=self._function.arn,
            opts=pulumi.ResourceOptions(parent=self, depends_on=[allowed]),
        )


def endpoint_pattern(endpoints: Sequence[str]) -> dict[str, Any]:
    """Return the pattern of what happens to these endpoints and to the pre-release ones of their releases."""
    names: list[str | dict[str, str]] = [*endpoints, *({"prefix": f"{name}-pre-"} for name in endpoints)]
    return {"source": ["aws.sagemaker"], "detail-type": _ENDPOINT_EVENTS, "detail": {"EndpointName": names}}


def approval_pattern(groups: Sequence[str]) -> dict[str, Any]:
    """Return the pattern of approvals in these model package groups."""
    detail = {"ModelPackageGroupName": list(groups), "ModelApprovalStatus": ["Approved"]}
    return {"source": ["aws.sagemaker"], "detail-type": [_PACKAGE_EVENT], "detail": detail}
