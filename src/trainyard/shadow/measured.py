"""What CloudWatch has counted of production and shadow since the shadow runs."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from trainyard.shadow.plan import ShadowPlan

_STATISTICS = {
    "invocations": ("Invocations", "Sum"),
    "errors_4xx": ("Invocation4XXErrors", "Sum"),
    "errors_5xx": ("Invocation5XXErrors", "Sum"),
    "latency_p50": ("ModelLatency", "p50"),
    "latency_p99": ("ModelLatency", "p99"),
}
_DAY = 86400.0


@dataclass(frozen=True, kw_only=True)
class Measured:
    """One variant."""

    invocations: int
    errors_4xx: int
    errors_5xx: int
    latency_p50_ms: float | None
    """None before the first request."""
    latency_p99_ms: float | None


def queries(plan: ShadowPlan, variant: str, period: int) -> list[dict[str, Any]]:
    """Return the queries of GetMetricData for one variant.

    The config's name is among the dimensions: it is the shadow's own, so that nothing from before is counted.
    """
    dimensions = {"EndpointName": plan.endpoint_name, "VariantName": variant, "EndpointConfigName": plan.config_name}
    named = [{"Name": key, "Value": value} for key, value in dimensions.items()]
    return [
        {
            "Id": key,
            "MetricStat": {
                "Metric": {"Namespace": "AWS/SageMaker", "MetricName": metric, "Dimensions": named},
                "Period": period,
                "Stat": statistic,
            },
        }
        for key, (metric, statistic) in _STATISTICS.items()
    ]


def period_of(since: float, now: float) -> int:
    """Return a period in seconds that holds the whole time from `since` to `now`.

    It is a multiple of a minute, of five where the time asked for begins more than 15 days ago, of an hour beyond 63
    days (CloudWatch's API reference, MetricStat). `measure` asks for one period before `since` too.
    """
    age = 2 * (now - since)
    step = 60 if age < 15 * _DAY else 300 if age < 63 * _DAY else 3600
    return step * max(1, math.ceil((now - since) / step))


def measure(cloudwatch: Any, plan: ShadowPlan, variant: str, since: float, now: float) -> Measured:
    """Ask CloudWatch for one variant.

    A period before `since` is asked for too, so that nothing is lost however CloudWatch lays periods out; in it is at
    most what the new fleet answered while SageMaker still watched it.
    """
    period = period_of(since, now)
    answer = cloudwatch.get_metric_data(
        MetricDataQueries=queries(plan, variant, period),
        StartTime=datetime.fromtimestamp(since - period, UTC),
        EndTime=datetime.fromtimestamp(since + period, UTC),
    )
    return measured(
        {row["Id"]: dict(zip(row["Timestamps"], row["Values"], strict=True)) for row in answer["MetricDataResults"]}
    )


def measured(series: Mapping[str, Mapping[datetime, float]]) -> Measured:
    """Return the numbers of a variant from its series.

    CloudWatch lays periods out by its own clock, so there may be two: percentiles are then their mean, weighted by the
    requests of each.
    """
    counts = series.get("invocations", {})

    def total(key: str) -> int:
        return round(sum(series.get(key, {}).values()))

    def latency_ms(key: str) -> float | None:
        found = [(value, counts.get(at, 0.0)) for at, value in series.get(key, {}).items()]
        weight = sum(count for _, count in found)
        return sum(value * count for value, count in found) / weight / 1000 if weight else None

    return Measured(
        invocations=total("invocations"),
        errors_4xx=total("errors_4xx"),
        errors_5xx=total("errors_5xx"),
        latency_p50_ms=latency_ms("latency_p50"),
        latency_p99_ms=latency_ms("latency_p99"),
    )
