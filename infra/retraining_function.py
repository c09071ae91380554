"""What starts training runs when nobody does. Owns the retraining function and what invokes it.

Three kinds of occasion, each of which only says that it is time to look: orders that arrived, a schedule, and the end
of a run, which is told to people and may have kept newer orders waiting.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pulumi

from infra.function import Function, FunctionArgs
from infra.function_rule import FunctionRuleArgs, invoke_by_rule

_ENDED = ["Succeeded", "Failed", "Stopped"]
_RUN_EVENT = "SageMaker Model Building Pipeline Execution Status Change"


@dataclass(frozen=True, kw_only=True)
class RetrainingFunctionArgs:
    """What a `RetrainingFunction` needs."""

    function: FunctionArgs
    raw_bucket: pulumi.Input[str]
    """Name of the bucket that tells of new orders."""
    on_arrival: Sequence[str]
    """Services whose new orders it looks at as soon as they are there."""
    schedules: Mapping[str, str]
    """EventBridge's expression, in UTC, by service."""
    schedule_rules: Mapping[str, str]
    """Names of the rules of these schedules, by service, from `infra.naming`."""
    pipeline_arns: Sequence[str]
    """Pipelines whose runs' ends it looks at."""


class RetrainingFunction(pulumi.ComponentResource):
    """The retraining function with its rules."""

    def __init__(self, name: str, args: RetrainingFunctionArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("trainyard:infra:RetrainingFunction", name, None, opts)
        self._function = Function(f"{name}-starter", args.function, pulumi.ResourceOptions(parent=self))
        prefix = args.function.function_name
        if args.on_arrival:
            arrived = pulumi.Output.from_input(args.raw_bucket).apply(
                lambda bucket: json.dumps(arrival_pattern(bucket, args.on_arrival))
            )
            self._rule(f"{name}-arrivals", f"{prefix}-arrivals", pattern=arrived)
        self._rule(f"{name}-ends", f"{prefix}-ends", pattern=json.dumps(end_pattern(args.pipeline_arns)))
        for service, expression in args.schedules.items():
            told = {"schedule_of": service}
            self._rule(f"{name}-due-{service}", args.schedule_rules[service], schedule=expression, told=told)
        self.register_outputs({})

    def _rule(
        self,
        name: str,
        rule_name: str,
        *,
        pattern: pulumi.Input[str] | None = None,
        schedule: str | None = None,
        told: dict[str, str] | None = None,
    ) -> None:
        args = FunctionRuleArgs(
            rule_name=rule_name, target_id="retraining", pattern=pattern, schedule=schedule, told=told
        )
        invoke_by_rule(name, args, self._function, self)


def arrival_pattern(bucket: str, services: Sequence[str]) -> dict[str, Any]:
    """Return the pattern of orders of these services that arrive in the raw bucket."""
    keys = [{"prefix": f"{service}/orders/"} for service in services]
    detail = {"bucket": {"name": [bucket]}, "object": {"key": keys}}
    return {"source": ["aws.s3"], "detail-type": ["Object Created"], "detail": detail}


def end_pattern(pipeline_arns: Sequence[str]) -> dict[str, Any]:
    """Return the pattern of runs of these pipelines that end."""
    detail = {"pipelineArn": list(pipeline_arns), "currentPipelineExecutionStatus": _ENDED}
    return {"source": ["aws.sagemaker"], "detail-type": [_RUN_EVENT], "detail": detail}
