"""The two alarms of a target tracking policy, as AWS makes them; pure.

Above the target for three minutes it is time to scale out; ten per cent below it for a quarter of an hour, to scale in.
Names, thresholds and periods are those of alarms that AWS makes for variants; its documentation tells the ten per cent
and calls the rest subject to change.
"""

from collections.abc import Mapping
from typing import Any

INVOCATIONS = "SageMakerVariantInvocationsPerInstance"
PERIOD_SECONDS = 60
_HIGH_PERIODS, _LOW_PERIODS = 3, 15
_LOW_SHARE = 0.9


def metric_of(policy: Mapping[str, Any]) -> dict[str, Any]:
    """Return the part of PutMetricAlarm's parameters that says what a policy watches."""
    configuration = policy["TargetTrackingScalingPolicyConfiguration"]
    custom = configuration.get("CustomizedMetricSpecification")
    if custom is None:
        return _one_metric(
            {
                "Namespace": "AWS/SageMaker",
                "MetricName": "InvocationsPerInstance",
                "Dimensions": variant_dimensions(policy["ResourceId"]),
                "Statistic": "Sum",
            }
        )
    return {"Metrics": [_query(query) for query in custom["Metrics"]]} if custom.get("Metrics") else _one_metric(custom)


def alarm_requests(policy: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the parameters of PutMetricAlarm for the high and the low alarm of a policy.

    Args:
        policy: with PolicyARN, ResourceId, its configuration, and `_High` and `_Low`, the alarms' names.
    """
    target = float(policy["TargetTrackingScalingPolicyConfiguration"]["TargetValue"])
    common = {
        **metric_of(policy),
        "AlarmActions": [policy["PolicyARN"]],
        "AlarmDescription": f"DO NOT EDIT OR DELETE. For TargetTrackingScaling policy {policy['PolicyARN']}.",
    }
    high = {"ComparisonOperator": "GreaterThanThreshold", "Threshold": target, "EvaluationPeriods": _HIGH_PERIODS}
    low = {
        "ComparisonOperator": "LessThanThreshold",
        "Threshold": target * _LOW_SHARE,
        "EvaluationPeriods": _LOW_PERIODS,
    }
    return [{"AlarmName": policy["_High"], **common, **high}, {"AlarmName": policy["_Low"], **common, **low}]


def alarm_name(resource_id: str, side: str, unique: str) -> str:
    """Return the name of a policy's alarm; `side` is High or Low."""
    return f"TargetTracking-{resource_id}-Alarm{side}-{unique}"


def variant_dimensions(resource_id: str) -> list[dict[str, str]]:
    """Return the dimensions of a variant's metrics; `resource_id` is `endpoint/NAME/variant/NAME`."""
    _, endpoint, _, variant = resource_id.split("/")
    return [{"Name": "EndpointName", "Value": endpoint}, {"Name": "VariantName", "Value": variant}]


def _one_metric(metric: Mapping[str, Any]) -> dict[str, Any]:
    named = {key: metric[key] for key in ("Namespace", "MetricName", "Statistic", "Unit") if metric.get(key)}
    return {**named, "Dimensions": metric.get("Dimensions", []), "Period": PERIOD_SECONDS}


def _query(query: Mapping[str, Any]) -> dict[str, Any]:
    found = dict(query)
    if "MetricStat" in query:
        found["MetricStat"] = {**query["MetricStat"], "Period": PERIOD_SECONDS}
    return found
