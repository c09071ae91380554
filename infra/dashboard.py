"""One screen for an environment. Owns the CloudWatch dashboard: alarms, then a row for each endpoint."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pulumi
import pulumi_aws as aws

from infra import naming
from infra.endpoint_alarms import NAMESPACE, PERIOD_SECONDS

WIDTH, HEIGHT = 8, 6
"""Three widgets fill the 24 columns of a row."""


@dataclass(frozen=True, kw_only=True)
class DashboardArgs:
    """What a `Dashboard` needs."""

    environment: str
    region: str
    endpoints: Sequence[str]
    """Names, from top to bottom."""
    alarm_arns: Sequence[pulumi.Input[str]]


class Dashboard(pulumi.ComponentResource):
    """A dashboard with a row for each endpoint."""

    def __init__(self, name: str, args: DashboardArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("trainyard:infra:Dashboard", name, None, opts)
        aws.cloudwatch.Dashboard(
            f"{name}-dashboard",
            dashboard_name=naming.dashboard(args.environment),
            dashboard_body=pulumi.Output.all(*args.alarm_arns).apply(
                lambda arns: json.dumps(body(args.region, args.endpoints, arns))
            ),
            opts=pulumi.ResourceOptions(parent=self),
        )
        self.register_outputs({})


def body(region: str, endpoints: Sequence[str], alarm_arns: Sequence[str]) -> dict[str, Any]:
    """Return the dashboard's body: alarms on top, then a row for each endpoint."""
    alarms = {
        "type": "alarm",
        "x": 0,
        "y": 0,
        "width": 3 * WIDTH,
        "height": 2,
        "properties": {"title": "Alarms", "alarms": list(alarm_arns)},
    }
    rows = [widget for row, endpoint in enumerate(endpoints) for widget in _row(region, endpoint, 2 + row * HEIGHT)]
    return {"widgets": [alarms, *rows]}


def _row(region: str, endpoint: str, top: int) -> list[dict[str, Any]]:
    graphs = (
        ("requests a minute", [("Invocations", "Sum")], "count"),
        ("errors a minute", [("Invocation5XXErrors", "Sum"), ("Invocation4XXErrors", "Sum")], "count"),
        ("model latency", [("ModelLatency", "p50"), ("ModelLatency", "p99")], "microseconds"),
    )
    return [
        {
            "type": "metric",
            "x": column * WIDTH,
            "y": top,
            "width": WIDTH,
            "height": HEIGHT,
            "properties": {
                "title": f"{endpoint}: {title}",
                "region": region,
                "period": PERIOD_SECONDS,
                "metrics": [
                    [NAMESPACE, metric, "EndpointName", endpoint, "VariantName", naming.VARIANT, {"stat": statistic}]
                    for metric, statistic in metrics
                ],
                "yAxis": {"left": {"min": 0, "label": unit, "showUnits": False}},
            },
        }
        for column, (title, metrics, unit) in enumerate(graphs)
    ]
