from .test_updates import CANARY, Requests


def test_a_release_that_turns_slow_under_traffic_is_rolled_back_by_its_alarm(shop) -> None:
    """No stand-ins: requests make metrics, metrics an alarm, and the alarm sends the deployment back."""
    shop.endpoint(shop.release("old", 2))
    shop.release("new", 2, SLEEP="0.3")
    shop.aws.client("cloudwatch").put_metric_alarm(
        AlarmName="slow",
        Namespace="AWS/SageMaker",
        MetricName="ModelLatency",
        Dimensions=[
            {"Name": "EndpointName", "Value": "shop"},
            {"Name": "VariantName", "Value": "live"},
            {"Name": "EndpointConfigName", "Value": "new"},
        ],
        Statistic="Average",
        Period=60,
        EvaluationPeriods=1,
        Threshold=200_000,
        ComparisonOperator="GreaterThanThreshold",
        TreatMissingData="notBreaching",
    )
    policy = {**CANARY["BlueGreenUpdatePolicy"], "TerminationWaitInSeconds": 1200}
    policy["TrafficRoutingConfiguration"] = {**policy["TrafficRoutingConfiguration"], "WaitIntervalInSeconds": 500}
    with Requests(shop, body={}) as requests:
        shop.sagemaker.update_endpoint(
            EndpointName="shop", EndpointConfigName="new", DeploymentConfig={**CANARY, "BlueGreenUpdatePolicy": policy}
        )
        described = shop.settle()
    assert requests.failures == []
    assert "new" in requests.versions
    assert described["EndpointConfigName"] == "old"
    assert described["FailureReason"].endswith("are in ALARM state: slow.")
