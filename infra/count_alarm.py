"""An alarm on a count that should stay at zero."""

from collections.abc import Mapping
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws


@dataclass(frozen=True, kw_only=True)
class CountAlarmArgs:
    """What is counted, and who hears of it."""

    alarm_name: str
    description: str
    namespace: str
    metric: str
    dimensions: Mapping[str, str]
    statistic: str
    """Of a minute."""
    minutes: int
    """In a row with a count above zero."""
    topic_arn: pulumi.Input[str]


def count_alarm(name: str, args: CountAlarmArgs, opts: pulumi.ResourceOptions) -> aws.cloudwatch.MetricAlarm:
    """Declare the alarm; silence is no trouble."""
    return aws.cloudwatch.MetricAlarm(
        name,
        name=args.alarm_name,
        alarm_description=args.description,
        namespace=args.namespace,
        metric_name=args.metric,
        dimensions=args.dimensions,
        statistic=args.statistic,
        period=60,
        threshold=0,
        comparison_operator="GreaterThanThreshold",
        evaluation_periods=args.minutes,
        treat_missing_data="notBreaching",
        alarm_actions=[args.topic_arn],
        ok_actions=[args.topic_arn],
        opts=opts,
    )
