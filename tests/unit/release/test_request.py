from dataclasses import replace

import boto3
import pytest
from botocore.stub import Stubber

from stacks.outputs import Strategy, StrategyType
from tests.unit.release.plans import plan
from trainyard.release import request
from trainyard.release.plan import ReleasePlan

PLAN = plan()
KINDS: tuple[StrategyType, ...] = ("all_at_once", "canary", "linear", "rolling")
EVERYTHING = Strategy(type="all_at_once", canary_percent=10, bake_seconds=60, timeout_seconds=1800)


def by(kind: StrategyType) -> ReleasePlan:
    shares = {"canary_percent": 34, "linear_percent": 20, "rolling_percent": 25, "rolling_back_percent": 50}
    return plan(strategy=PLAN.strategy.model_copy(update={"type": kind, **shares}))


@pytest.mark.parametrize(
    ("service", "operation", "body"),
    [
        ("sagemaker", "create_model", request.model(PLAN)),
        ("sagemaker", "create_endpoint_config", request.config(PLAN)),
        ("sagemaker", "create_endpoint_config", request.pre_config(PLAN)),
        ("sagemaker", "create_endpoint", request.pre_endpoint(PLAN)),
        *(("sagemaker", "update_endpoint", request.update(by(kind), ("a",), retain_count=True)) for kind in KINDS),
        *(("cloudwatch", "put_metric_alarm", body) for body in request.alarms(PLAN)),
    ],
)
def test_botocore_accepts_every_request(service: str, operation: str, body: request.Request) -> None:
    client = boto3.client(service, region_name="eu-west-1", aws_access_key_id="x", aws_secret_access_key="x")
    with Stubber(client) as stubber:
        stubber.add_client_error(operation, "Expected")
        with pytest.raises(client.exceptions.ClientError, match="Expected"):
            getattr(client, operation)(**body)


def test_the_container_is_told_its_version_and_the_dials() -> None:
    environment = request.model(PLAN)["PrimaryContainer"]["Environment"]
    assert environment == {"A": "1", "LOG": "info", "MODEL_VERSION": "3"}


def test_alarms_see_the_new_fleet_only() -> None:
    for alarm in request.alarms(PLAN)[:3]:
        dimensions = {item["Name"]: item["Value"] for item in alarm["Dimensions"]}
        assert dimensions == {"EndpointName": "shop-dev", "VariantName": "live", "EndpointConfigName": PLAN.config_name}
        assert (alarm["Period"], alarm["TreatMissingData"]) == (60, "notBreaching")


def test_thresholds_are_in_the_units_of_the_metrics() -> None:
    errors_5xx, errors_4xx, latency, golden = request.alarms(PLAN)
    assert (golden["Namespace"], golden["MetricName"]) == ("Trainyard/Release", "GoldenFailures")
    assert (golden["Statistic"], golden["Threshold"], golden["TreatMissingData"]) == ("Sum", 0, "notBreaching")
    assert golden["Dimensions"] == [{"Name": "EndpointConfigName", "Value": PLAN.config_name}]
    assert (errors_5xx["Statistic"], errors_5xx["Threshold"]) == ("Average", 0.01)
    assert errors_4xx["Threshold"] == 0.05
    assert (latency["ExtendedStatistic"], latency["Unit"], latency["Threshold"]) == ("p99", "Microseconds", 300_000)


def test_an_update_that_may_not_keep_the_count_still_takes_the_new_capture() -> None:
    excluded = request.update(PLAN, (), retain_count=False)["ExcludeRetainedVariantProperties"]
    assert [item["VariantPropertyType"] for item in excluded] == ["DataCaptureConfig", "DesiredInstanceCount"]


def test_an_update_keeps_the_scaled_out_count_and_takes_the_new_capture() -> None:
    body = request.update(PLAN, ("a",), retain_count=True)
    assert body["RetainAllVariantProperties"] is True
    assert body["ExcludeRetainedVariantProperties"] == [{"VariantPropertyType": "DataCaptureConfig"}]
    assert body["DeploymentConfig"]["AutoRollbackConfiguration"] == {"Alarms": [{"AlarmName": "a"}]}


def test_a_canary_is_a_share_of_capacity_and_all_at_once_names_none() -> None:
    def routing(one: ReleasePlan) -> request.Request:
        policy = request.update(one, (), retain_count=True)["DeploymentConfig"]["BlueGreenUpdatePolicy"]
        return policy["TrafficRoutingConfiguration"]

    assert routing(PLAN)["CanarySize"] == {"Type": "CAPACITY_PERCENT", "Value": 50}
    assert routing(replace(PLAN, strategy=EVERYTHING)) == {"Type": "ALL_AT_ONCE", "WaitIntervalInSeconds": 0}
    policy = request.deployment_config(EVERYTHING)["BlueGreenUpdatePolicy"]
    assert policy["TerminationWaitInSeconds"] == 60


def test_a_linear_release_takes_equal_steps_and_watches_each() -> None:
    (policy,) = request.deployment_config(by("linear").strategy).values()
    assert policy == {
        "TrafficRoutingConfiguration": {
            "Type": "LINEAR",
            "LinearStepSize": {"Type": "CAPACITY_PERCENT", "Value": 20},
            "WaitIntervalInSeconds": 60,
        },
        "TerminationWaitInSeconds": 60,
        "MaximumExecutionTimeoutInSeconds": 1800,
    }


def test_a_rolling_release_has_batches_there_and_back_and_no_fleet_beside_the_fleet() -> None:
    body = request.update(by("rolling"), ("a",), retain_count=True)["DeploymentConfig"]
    assert body == {
        "RollingUpdatePolicy": {
            "MaximumBatchSize": {"Type": "CAPACITY_PERCENT", "Value": 25},
            "RollbackMaximumBatchSize": {"Type": "CAPACITY_PERCENT", "Value": 50},
            "WaitIntervalInSeconds": 60,
            "MaximumExecutionTimeoutInSeconds": 1800,
        },
        "AutoRollbackConfiguration": {"Alarms": [{"AlarmName": "a"}]},
    }


@pytest.mark.parametrize(
    ("instance_type", "local"),
    [
        ("ml.m5.large", False),
        ("ml.t2.medium", False),
        ("ml.c6i.xlarge", False),
        ("ml.inf2.xlarge", False),
        ("ml.p3.2xlarge", False),
        ("ml.m5d.large", True),
        ("ml.c6gd.xlarge", True),
        ("ml.r7gd.medium", True),
        ("ml.g4dn.xlarge", True),
        ("ml.g5.xlarge", True),
        ("ml.g6e.xlarge", True),
        ("ml.p3dn.24xlarge", True),
        ("ml.p4d.24xlarge", True),
        ("ml.trn1.2xlarge", True),
    ],
)
def test_disks_that_hardware_encrypts_get_no_key(instance_type: str, local: bool) -> None:
    body = request.config(replace(PLAN, fleet=replace(PLAN.fleet, instance_type=instance_type)))
    assert ("KmsKeyId" not in body) is local


def test_names_follow_the_content_and_nothing_else() -> None:
    same = replace(PLAN, release_id="release#other", strategy=EVERYTHING, started_by="ben")
    assert same.config_name == PLAN.config_name
    for changed in (
        replace(PLAN, version="4"),
        replace(PLAN, container=replace(PLAN.container, image="repo@sha256:4")),
        replace(PLAN, fleet=replace(PLAN.fleet, capture_percent=20)),
        replace(PLAN, fleet=replace(PLAN.fleet, environment={})),
    ):
        assert changed.config_name != PLAN.config_name
