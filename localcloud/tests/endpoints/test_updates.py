import threading
from typing import Any

import pytest
from botocore.exceptions import ClientError

CANARY: dict[str, Any] = {
    "BlueGreenUpdatePolicy": {
        "TrafficRoutingConfiguration": {
            "Type": "CANARY",
            "WaitIntervalInSeconds": 60,
            "CanarySize": {"Type": "CAPACITY_PERCENT", "Value": 50},
        },
        "TerminationWaitInSeconds": 60,
        "MaximumExecutionTimeoutInSeconds": 1800,
    },
    "AutoRollbackConfiguration": {"Alarms": [{"AlarmName": "slow"}]},
}


class Requests:
    """Requests one after the other on some threads; every answer's version and every failure is kept."""

    def __init__(self, shop, body: dict[str, Any] | None = None) -> None:
        self._body = {"sleep": 0.05} if body is None else body
        self.versions: list[str] = []
        self.failures: list[str] = []
        self._shop = shop
        self._stop = threading.Event()
        self._threads = [threading.Thread(target=self._flow) for _ in range(3)]

    def __enter__(self) -> "Requests":
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join()

    def _flow(self) -> None:
        while not self._stop.wait(0.01):
            try:
                self.versions.append(self._shop.ask(body=self._body)["version"])
            except Exception as error:
                self.failures.append(str(error))


class Alarms:
    """Alarms whose states the test sets."""

    def __init__(self) -> None:
        self.now = {"slow": "OK"}

    def states(self, scope: object, names: list[str]) -> dict[str, str]:
        return {name: self.now[name] for name in names if name in self.now}


def events_of(shop) -> list[tuple[str, str, Any]]:
    """Record what is emitted from now on as (detail type, endpoint status, detail)."""
    seen: list[tuple[str, str, Any]] = []
    emit = shop.aws.cloud.bus.emit

    def record(scope: Any, *, source: str, detail_type: str, detail: Any, resources: Any) -> None:
        seen.append((detail_type, detail.get("EndpointStatus", ""), detail))
        emit(scope, source=source, detail_type=detail_type, detail=detail, resources=resources)

    shop.aws.cloud.bus.emit = record
    return seen


def test_an_all_at_once_update_loses_no_request(shop) -> None:
    shop.endpoint(shop.release("old"))
    shop.release("new")
    with Requests(shop) as requests:
        shop.sagemaker.update_endpoint(EndpointName="shop", EndpointConfigName="new")
        assert shop.describe()["PendingDeploymentSummary"]["EndpointConfigName"] == "new"
        described = shop.settle()
        shop.until(lambda: requests.versions[-1] == "new")
    assert requests.failures == []
    assert set(requests.versions) == {"old", "new"}
    assert described["EndpointConfigName"] == "new"
    assert "PendingDeploymentSummary" not in described
    assert "FailureReason" not in described


def test_a_canary_shares_the_traffic_bakes_and_takes_over_without_losing_a_request(shop) -> None:
    shop.aws.cloud.alarms = Alarms()
    events = events_of(shop)
    shop.endpoint(shop.release("old", 2))
    shop.release("new", 2)
    with Requests(shop) as requests:
        shop.sagemaker.update_endpoint(EndpointName="shop", EndpointConfigName="new", DeploymentConfig=CANARY)
        described = shop.settle()
    assert requests.failures == []
    assert (described["EndpointConfigName"], described["EndpointStatus"]) == ("new", "InService")
    assert described["LastDeploymentConfig"] == CANARY
    first = requests.versions.index("new")
    last = len(requests.versions) - requests.versions[::-1].index("old")
    mixed = requests.versions[first:last]
    assert 0.4 < mixed.count("new") / len(mixed) < 0.6
    baking = [
        detail["PendingDeploymentSummary"]["ProductionVariants"][0]["VariantStatus"][0]["StatusMessage"]
        for kind, status, detail in events
        if kind == "SageMaker Endpoint Deployment State Change" and status == "UPDATING"
    ]
    assert baking[-2:] == [
        "Baking for 60 seconds (WaitIntervalInSeconds) with traffic enabled on canary capacity of 1 instance(s).",
        "Baking for 60 seconds (TerminationWaitInSeconds) with traffic enabled on full capacity of 2 instance(s).",
    ]
    statuses = [status for kind, status, _ in events if kind == "SageMaker Endpoint State Change"]
    assert statuses == ["CREATING", "IN_SERVICE", "UPDATING", "IN_SERVICE"]


def test_a_canary_on_inf1_falls_back_to_all_at_once_without_baking(shop) -> None:
    shop.aws.cloud.alarms = Alarms()
    shop.aws.cloud.alarms.now["slow"] = "ALARM"
    shop.endpoint(shop.release("old", 2))
    shop.model("new")
    shop.sagemaker.create_endpoint_config(
        EndpointConfigName="new",
        ProductionVariants=[
            {"VariantName": "live", "ModelName": "new", "InstanceType": "ml.inf1.xlarge", "InitialInstanceCount": 2}
        ],
    )
    shop.sagemaker.update_endpoint(EndpointName="shop", EndpointConfigName="new", DeploymentConfig=CANARY)
    assert shop.settle()["EndpointConfigName"] == "new"


def test_a_canary_whose_alarm_fires_goes_back_to_the_old_configuration(shop) -> None:
    alarms = shop.aws.cloud.alarms = Alarms()
    events = events_of(shop)
    shop.endpoint(shop.release("old", 2))
    shop.release("new", 2)
    with Requests(shop) as requests:
        shop.sagemaker.update_endpoint(EndpointName="shop", EndpointConfigName="new", DeploymentConfig=CANARY)
        shop.until(lambda: "new" in requests.versions)
        alarms.now["slow"] = "ALARM"
        described = shop.settle()
    assert requests.failures == []
    assert {shop.ask()["version"] for _ in range(6)} == {"old"}
    assert (described["EndpointConfigName"], described["EndpointStatus"]) == ("old", "InService")
    assert described["FailureReason"] == ("One or more alarms configured for auto rollback are in ALARM state: slow.")
    assert described["ProductionVariants"][0]["CurrentInstanceCount"] == 2
    assert "PendingDeploymentSummary" not in described
    statuses = [status for kind, status, _ in events if kind == "SageMaker Endpoint State Change"]
    assert statuses[-3:] == ["UPDATING", "ROLLING_BACK", "IN_SERVICE"]


def test_a_new_fleet_that_cannot_start_leaves_the_old_one_serving(shop) -> None:
    shop.endpoint(shop.release("old"))
    shop.release("bad", REFUSE_TO_START="1")
    with Requests(shop) as requests:
        shop.sagemaker.update_endpoint(EndpointName="shop", EndpointConfigName="bad")
        described = shop.settle()
    assert requests.failures == []
    assert described["EndpointConfigName"] == "old"
    assert "did not pass the ping health check" in described["FailureReason"]


def test_retained_properties_keep_the_instance_count_that_scaling_set(shop) -> None:
    shop.endpoint(shop.release("old"))
    shop.sagemaker.update_endpoint_weights_and_capacities(
        EndpointName="shop", DesiredWeightsAndCapacities=[{"VariantName": "live", "DesiredInstanceCount": 2}]
    )
    shop.settle()
    shop.release("new")
    shop.sagemaker.update_endpoint(EndpointName="shop", EndpointConfigName="new", RetainAllVariantProperties=True)
    assert shop.settle()["ProductionVariants"][0]["CurrentInstanceCount"] == 2
    shop.sagemaker.update_endpoint(
        EndpointName="shop",
        EndpointConfigName="old",
        RetainAllVariantProperties=True,
        ExcludeRetainedVariantProperties=[{"VariantPropertyType": "DesiredInstanceCount"}],
    )
    assert shop.settle()["ProductionVariants"][0]["CurrentInstanceCount"] == 1


def test_retained_properties_keep_the_capture_unless_it_is_excluded(shop) -> None:
    def capture(percent: int) -> dict[str, Any]:
        return {
            "EnableCapture": True,
            "InitialSamplingPercentage": percent,
            "DestinationS3Uri": "s3://captured/shop",
            "CaptureOptions": [{"CaptureMode": "Input"}],
        }

    def update(config: str, *excluded: str) -> int:
        shop.sagemaker.update_endpoint(
            EndpointName="shop",
            EndpointConfigName=config,
            RetainAllVariantProperties=True,
            ExcludeRetainedVariantProperties=[{"VariantPropertyType": name} for name in excluded],
        )
        described = shop.settle()
        assert described["EndpointConfigName"] == config
        return described.get("DataCaptureConfig", {}).get("CurrentSamplingPercentage")

    for name, percent in (("old", 10), ("new", 60)):
        shop.model(name)
        shop.config(name, capture=capture(percent))
    shop.release("silent")
    shop.endpoint("old")
    assert update("new", "DesiredInstanceCount") == 10
    assert update("new", "DataCaptureConfig") == 60
    assert update("silent") == 60
    assert update("silent", "DataCaptureConfig") is None
    assert update("old") is None


def test_updates_that_aws_refuses_change_nothing(shop) -> None:
    shop.endpoint(shop.release("old"))
    shop.model("new")
    shop.config("new")
    before = shop.describe()

    def refused(message: str, config: str = "new", **params: Any) -> None:
        with pytest.raises(ClientError, match=message) as caught:
            shop.sagemaker.update_endpoint(EndpointName="shop", EndpointConfigName=config, **params)
        assert caught.value.response["Error"]["Code"] == "ValidationException"

    refused("CanarySize needs at least 2 instances", DeploymentConfig=CANARY)
    refused("Could not find endpoint configuration", config="nowhere")
    refused(
        r"Could not find CloudWatch alarm\(s\) .*\['slow'\]",
        DeploymentConfig={"AutoRollbackConfiguration": {"Alarms": [{"AlarmName": "slow"}]}},
    )
    refused("cannot be specified together", RetainDeploymentConfig=True, DeploymentConfig=CANARY)
    refused(
        "can only be used with RetainAllVariantProperties",
        ExcludeRetainedVariantProperties=[{"VariantPropertyType": "DesiredWeight"}],
    )
    assert shop.describe()["LastModifiedTime"] == before["LastModifiedTime"]


def test_an_endpoint_takes_one_update_at_a_time(shop) -> None:
    shop.aws.cloud.alarms = Alarms()
    shop.endpoint(shop.release("old", 2))
    shop.release("new", 2)
    shop.sagemaker.update_endpoint(EndpointName="shop", EndpointConfigName="new", DeploymentConfig=CANARY)
    for action in (
        lambda: shop.sagemaker.update_endpoint(EndpointName="shop", EndpointConfigName="new"),
        lambda: shop.sagemaker.delete_endpoint(EndpointName="shop"),
    ):
        with pytest.raises(ClientError, match="Cannot update in-progress endpoint"):
            action()
    assert shop.settle()["EndpointConfigName"] == "new"


def test_a_variant_registered_for_scaling_keeps_its_instance_type(shop) -> None:
    shop.endpoint(shop.release("old"))
    shop.aws.client("application-autoscaling").register_scalable_target(
        ServiceNamespace="sagemaker",
        ResourceId="endpoint/shop/variant/live",
        ScalableDimension="sagemaker:variant:DesiredInstanceCount",
        MinCapacity=1,
        MaxCapacity=2,
    )
    shop.model("new")
    shop.sagemaker.create_endpoint_config(
        EndpointConfigName="new",
        ProductionVariants=[
            {"VariantName": "live", "ModelName": "new", "InstanceType": "ml.m5.xlarge", "InitialInstanceCount": 1}
        ],
    )
    with pytest.raises(ClientError, match="must be deregistered as scalable targets"):
        shop.sagemaker.update_endpoint(EndpointName="shop", EndpointConfigName="new")


def test_a_retained_deployment_configuration_is_used_again(shop) -> None:
    shop.aws.cloud.alarms = Alarms()
    shop.endpoint(shop.release("old", 2))
    shop.release("new", 2)
    shop.sagemaker.update_endpoint(EndpointName="shop", EndpointConfigName="new", DeploymentConfig=CANARY)
    shop.settle()
    shop.sagemaker.update_endpoint(EndpointName="shop", EndpointConfigName="old", RetainDeploymentConfig=True)
    assert shop.describe()["LastDeploymentConfig"] == CANARY
    assert shop.settle()["EndpointConfigName"] == "old"
