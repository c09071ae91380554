"""When an endpoint is in trouble, whichever fleet answers. Owns three alarms over one minute: 5XX, 4XX, latency.

Releases add alarms of their own, per endpoint configuration, and let these undo a release as well. Silence is no
trouble: without requests there is nothing to measure.
"""

from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from infra import naming

NAMESPACE = "AWS/SageMaker"
PERIOD_SECONDS = 60
SHARE = "100 * FILL(errors, 0) / IF(invocations > 0, invocations, 1)"
"""Percent of requests; `errors` has no data in a minute without any."""


@dataclass(frozen=True, kw_only=True)
class EndpointAlarmsArgs:
    """What `EndpointAlarms` need."""

    endpoint_name: str
    latency_p99_ms: float
    errors_5xx_percent: float
    errors_4xx_percent: float
    topic_arn: pulumi.Input[str]


class EndpointAlarms(pulumi.ComponentResource):
    """Alarms on errors and latency of one endpoint."""

    names: list[str]
    arns: list[pulumi.Output[str]]

    def __init__(self, name: str, args: EndpointAlarmsArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("trainyard:infra:EndpointAlarms", name, None, opts)
        self._opts = pulumi.ResourceOptions(parent=self)
        alarms = [
            self._errors(name, args, "5xx", "Invocation5XXErrors", args.errors_5xx_percent),
            self._errors(name, args, "4xx", "Invocation4XXErrors", args.errors_4xx_percent),
            self._latency(name, args),
        ]
        self.names = [naming.endpoint_alarm(args.endpoint_name, kind) for kind in ("5xx", "4xx", "latency")]
        self.arns = [alarm.arn for alarm in alarms]
        self.register_outputs({"names": self.names, "arns": self.arns})

    def _errors(
        self, name: str, args: EndpointAlarmsArgs, kind: str, metric: str, threshold_percent: float
    ) -> aws.cloudwatch.MetricAlarm:
        return aws.cloudwatch.MetricAlarm(
            f"{name}-{kind}",
            name=naming.endpoint_alarm(args.endpoint_name, kind),
            alarm_description=f"More than {threshold_percent:g} % of a minute's requests were answered {kind.upper()}.",
            metric_queries=[
                _sum("errors", metric, args.endpoint_name),
                _sum("invocations", "Invocations", args.endpoint_name),
                aws.cloudwatch.MetricAlarmMetricQueryArgs(
                    id="share", expression=SHARE, label=f"{kind.upper()} (percent)", return_data=True
                ),
            ],
            threshold=threshold_percent,
            comparison_operator="GreaterThanThreshold",
            evaluation_periods=1,
            treat_missing_data="notBreaching",
            alarm_actions=[args.topic_arn],
            ok_actions=[args.topic_arn],
            opts=self._opts,
        )

    def _latency(self, name: str, args: EndpointAlarmsArgs) -> aws.cloudwatch.MetricAlarm:
        return aws.cloudwatch.MetricAlarm(
            f"{name}-latency",
            name=naming.endpoint_alarm(args.endpoint_name, "latency"),
            alarm_description=f"A minute's 99th percentile of model latency was above {args.latency_p99_ms:g} ms.",
            namespace=NAMESPACE,
            metric_name="ModelLatency",
            dimensions=_dimensions(args.endpoint_name),
            extended_statistic="p99",
            unit="Microseconds",
            period=PERIOD_SECONDS,
            threshold=args.latency_p99_ms * 1000,
            comparison_operator="GreaterThanThreshold",
            evaluation_periods=1,
            treat_missing_data="notBreaching",
            alarm_actions=[args.topic_arn],
            ok_actions=[args.topic_arn],
            opts=self._opts,
        )


def _sum(identifier: str, metric: str, endpoint: str) -> aws.cloudwatch.MetricAlarmMetricQueryArgs:
    """Return the sum of a count; no unit, because AWS publishes these counts without one and a unit is a filter."""
    return aws.cloudwatch.MetricAlarmMetricQueryArgs(
        id=identifier,
        metric=aws.cloudwatch.MetricAlarmMetricQueryMetricArgs(
            namespace=NAMESPACE,
            metric_name=metric,
            dimensions=_dimensions(endpoint),
            stat="Sum",
            period=PERIOD_SECONDS,
        ),
        return_data=False,
    )


def _dimensions(endpoint: str) -> dict[str, str]:
    return {"EndpointName": endpoint, "VariantName": naming.VARIANT}
