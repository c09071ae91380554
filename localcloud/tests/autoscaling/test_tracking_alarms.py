from typing import Any

from localcloud.autoscaling.tracking_alarms import alarm_name, alarm_requests


def policy(**configuration: Any) -> dict[str, Any]:
    return {
        "PolicyARN": "arn:policy",
        "ResourceId": "endpoint/shop/variant/live",
        "TargetTrackingScalingPolicyConfiguration": {"TargetValue": 10, **configuration},
        "_High": alarm_name("endpoint/shop/variant/live", "High", "1"),
        "_Low": alarm_name("endpoint/shop/variant/live", "Low", "2"),
    }


def test_names_are_those_that_an_operator_looks_for() -> None:
    high, low = alarm_requests(policy())
    assert high["AlarmName"] == "TargetTracking-endpoint/shop/variant/live-AlarmHigh-1"
    assert low["AlarmName"] == "TargetTracking-endpoint/shop/variant/live-AlarmLow-2"


def test_metric_math_is_watched_minute_by_minute() -> None:
    metric = {"Namespace": "N", "MetricName": "M", "Dimensions": []}
    queries = [
        {"Id": "m", "MetricStat": {"Metric": metric, "Stat": "Sum"}, "ReturnData": False},
        {"Id": "e", "Expression": "m / 2", "ReturnData": True},
    ]
    for alarm in alarm_requests(policy(CustomizedMetricSpecification={"Metrics": queries})):
        measured, computed = alarm["Metrics"]
        assert measured["MetricStat"] == {"Metric": metric, "Stat": "Sum", "Period": 60}
        assert computed == queries[1]
        assert not {"Period", "Statistic", "MetricName"} & set(alarm), "CloudWatch takes one way to say it"
