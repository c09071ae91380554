"""A rule of EventBridge that invokes a function: the rule, the function's permission for it, and the target."""

import json
from collections.abc import Mapping
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from infra.function import Function


@dataclass(frozen=True, kw_only=True)
class FunctionRuleArgs:
    """When a function is invoked; a rule has a pattern or a schedule."""

    rule_name: str
    target_id: str
    """Names the function among the rule's targets."""
    pattern: pulumi.Input[str] | None = None
    """Of events, as JSON."""
    schedule: str | None = None
    """EventBridge's expression, in UTC."""
    told: Mapping[str, str] | None = None
    """What the function gets in place of the event."""


def invoke_by_rule(name: str, args: FunctionRuleArgs, function: Function, parent: pulumi.ComponentResource) -> None:
    """Declare the rule; its target exists only once the rule may invoke the function."""
    opts = pulumi.ResourceOptions(parent=parent)
    rule = aws.cloudwatch.EventRule(
        name, name=args.rule_name, event_pattern=args.pattern, schedule_expression=args.schedule, opts=opts
    )
    allowed = aws.lambda_.Permission(
        f"{name}-permission",
        action="lambda:InvokeFunction",
        function=function.name,
        principal="events.amazonaws.com",
        source_arn=rule.arn,
        opts=opts,
    )
    aws.cloudwatch.EventTarget(
        f"{name}-target",
        rule=rule.name,
        target_id=args.target_id,
        arn=function.arn,
        input=json.dumps(dict(args.told)) if args.told else None,
        opts=pulumi.ResourceOptions(parent=parent, depends_on=[allowed]),
    )
