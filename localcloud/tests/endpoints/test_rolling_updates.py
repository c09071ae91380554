from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from localcloud.sagemaker.endpoints.hosting import hosting

from .test_updates import Alarms, Requests, events_of

BATCH = {"Type": "INSTANCE_COUNT", "Value": 1}


def rolling(*, wait: int = 60, **policy: Any) -> dict[str, Any]:
    return {
        "RollingUpdatePolicy": {
            "MaximumBatchSize": BATCH,
            "WaitIntervalInSeconds": wait,
            "MaximumExecutionTimeoutInSeconds": 28800,
            **policy,
        },
        "AutoRollbackConfiguration": {"Alarms": [{"AlarmName": "slow"}]},
    }


def update(shop, config: str, deployment: dict[str, Any]) -> None:
    shop.sagemaker.update_endpoint(EndpointName="shop", EndpointConfigName=config, DeploymentConfig=deployment)


def instances(shop) -> tuple[int, int]:
    """Return how many instances of the old and of the new configuration an update has now."""
    described = shop.describe()
    pending = described.get("PendingDeploymentSummary", {}).get("ProductionVariants", [{}])
    return described["ProductionVariants"][0]["CurrentInstanceCount"], pending[0].get("CurrentInstanceCount", 0)


def states(events: list[tuple[str, str, Any]]) -> list[str]:
    return [status for kind, status, _ in events if kind == "SageMaker Endpoint State Change"]


def test_a_rolling_update_replaces_the_fleet_batch_by_batch_without_losing_a_request(shop) -> None:
    shop.aws.cloud.alarms = Alarms()
    events = events_of(shop)
    shop.endpoint(shop.release("old", 2))
    shop.release("new", 2)
    with Requests(shop) as requests:
        update(shop, "new", rolling())
        described = shop.settle()
    assert requests.failures == []
    assert (described["EndpointConfigName"], described["EndpointStatus"]) == ("new", "InService")
    assert described["LastDeploymentConfig"] == rolling()
    assert described["ProductionVariants"][0]["CurrentInstanceCount"] == 2
    assert "PendingDeploymentSummary" not in described
    first = requests.versions.index("new")
    last = len(requests.versions) - requests.versions[::-1].index("old")
    mixed = requests.versions[first:last]
    assert 0.4 < mixed.count("new") / len(mixed) < 0.6
    baked = [
        (
            detail["ProductionVariants"][0]["CurrentInstanceCount"],
            detail["PendingDeploymentSummary"]["ProductionVariants"][0]["VariantStatus"][0]["StatusMessage"],
        )
        for kind, status, detail in events
        if kind == "SageMaker Endpoint Deployment State Change" and status == "UPDATING"
    ]
    words = "Baking for 60 seconds (WaitIntervalInSeconds) with traffic enabled on"
    assert baked[-2:] == [
        (2, f"{words} partial capacity of 1 instance(s)."),
        (1, f"{words} full capacity of 2 instance(s)."),
    ]
    assert states(events) == ["CREATING", "IN_SERVICE", "UPDATING", "IN_SERVICE"]


def test_metrics_of_both_configurations_are_apart_and_instances_are_counted_together(shop) -> None:
    shop.aws.cloud.alarms = Alarms()
    metrics, seen = hosting(shop.aws.cloud).metrics, []
    shop.endpoint(shop.release("old", 2))
    shop.release("new", 2)
    update(shop, "new", rolling(wait=3600))
    shop.until(lambda: instances(shop) == (2, 1))
    shop.until(lambda: {shop.ask()["version"] for _ in range(4)} == {"old", "new"})
    metrics.record = seen.append
    answers = [shop.ask()["version"] for _ in range(8)]
    assert [invocation.config_name for invocation in seen] == answers
    assert (answers.count("old"), answers.count("new")) == (4, 4)
    assert {invocation.instances for invocation in seen} == {3}


def test_an_alarm_between_two_batches_brings_the_old_fleet_back(shop) -> None:
    alarms = shop.aws.cloud.alarms = Alarms()
    events = events_of(shop)
    shop.endpoint(shop.release("old", 2))
    shop.release("new", 2)
    with Requests(shop) as requests:
        update(shop, "new", rolling(wait=180))
        shop.until(lambda: instances(shop) == (1, 2))
        alarms.now["slow"] = "ALARM"
        described = shop.settle()
    assert requests.failures == []
    assert {shop.ask()["version"] for _ in range(6)} == {"old"}
    assert (described["EndpointConfigName"], described["EndpointStatus"]) == ("old", "InService")
    assert described["FailureReason"] == "One or more alarms configured for auto rollback are in ALARM state: slow."
    assert described["ProductionVariants"][0]["CurrentInstanceCount"] == 2
    assert "PendingDeploymentSummary" not in described
    assert states(events)[-3:] == ["UPDATING", "ROLLING_BACK", "IN_SERVICE"]


def test_a_rollback_goes_by_the_batches_that_were_asked_for(shop) -> None:
    alarms = shop.aws.cloud.alarms = Alarms()
    shop.endpoint(shop.release("old", 3))
    shop.release("new", 3)
    counts: list[int] = []
    write = shop.aws.cloud.store.put

    def put(scope: Any, kind: str, name: str, body: Any) -> None:
        if kind == "Endpoint" and body["EndpointStatus"] == "RollingBack":
            counts.append(body["ProductionVariants"][0]["CurrentInstanceCount"])
        write(scope, kind, name, body)

    with Requests(shop) as requests:
        update(shop, "new", rolling(wait=240, RollbackMaximumBatchSize=BATCH))
        shop.until(lambda: instances(shop)[0] == 2)
        shop.until(lambda: instances(shop)[0] == 1, 90)
        shop.aws.cloud.store.put = put
        alarms.now["slow"] = "ALARM"
        described = shop.settle()
    assert requests.failures == []
    assert sorted(set(counts)) == [1, 2, 3]
    assert counts == sorted(counts)
    assert described["ProductionVariants"][0]["CurrentInstanceCount"] == 3


def test_a_batch_that_cannot_start_is_rolled_back_and_the_old_fleet_never_shrinks(shop) -> None:
    shop.aws.cloud.alarms = Alarms()
    shop.endpoint(shop.release("old", 2))
    shop.release("bad", 2, REFUSE_TO_START="1")
    with Requests(shop) as requests:
        update(shop, "bad", rolling())
        described = shop.settle()
    assert requests.failures == []
    assert set(requests.versions) == {"old"}
    assert (described["EndpointConfigName"], described["EndpointStatus"]) == ("old", "InService")
    assert "did not pass the ping health check" in described["FailureReason"]


def stranded(shop, marker: Path) -> dict[str, Any]:
    """Bring the endpoint to a failed rollback: the old configuration starts only while there is no marker."""
    alarms = shop.aws.cloud.alarms = Alarms()
    shop.endpoint(shop.release("old", 2, REFUSE_IF=str(marker)))
    shop.release("new", 2)
    update(shop, "new", rolling(wait=180))
    shop.until(lambda: instances(shop) == (1, 2))
    marker.touch()
    alarms.now["slow"] = "ALARM"
    described = shop.settle()
    alarms.now["slow"] = "OK"
    return described


def test_a_rollback_that_fails_leaves_a_mix_in_service_which_only_an_update_changes(shop, tmp_path: Path) -> None:
    events = events_of(shop)
    marker = tmp_path / "marker"
    described = stranded(shop, marker)
    assert described["EndpointStatus"] == "UpdateRollbackFailed"
    assert described["FailureReason"].startswith(
        "One or more alarms configured for auto rollback are in ALARM state: slow. The rollback failed: "
        "The primary container for production variant live did not pass the ping health check."
    )
    assert described["ProductionVariants"][0]["CurrentInstanceCount"] == 3
    assert len(described["ProductionVariants"][0]["DeployedImages"]) == 2
    assert states(events)[-2:] == ["ROLLING_BACK", "UPDATE_ROLLBACK_FAILED"]
    assert {shop.ask()["version"] for _ in range(6)} == {"old", "new"}
    with pytest.raises(ClientError, match="in status UpdateRollbackFailed: it runs two endpoint configurations"):
        shop.sagemaker.update_endpoint_weights_and_capacities(
            EndpointName="shop", DesiredWeightsAndCapacities=[{"VariantName": "live", "DesiredInstanceCount": 1}]
        )
    with Requests(shop) as requests:
        update(shop, "new", rolling())
        described = shop.settle()
    assert requests.failures == []
    assert (described["EndpointConfigName"], described["EndpointStatus"]) == ("new", "InService")
    assert "FailureReason" not in described
    assert described["ProductionVariants"][0]["CurrentInstanceCount"] == 2
    assert {shop.ask()["version"] for _ in range(6)} == {"new"}


def test_an_update_that_fails_on_a_mix_leaves_the_mix_which_can_be_deleted(shop, tmp_path: Path) -> None:
    stranded(shop, tmp_path / "marker")
    shop.release("bad", REFUSE_TO_START="1")
    shop.sagemaker.update_endpoint(EndpointName="shop", EndpointConfigName="bad")
    described = shop.settle()
    assert described["EndpointStatus"] == "UpdateRollbackFailed"
    assert {shop.ask()["version"] for _ in range(6)} == {"old", "new"}
    shop.sagemaker.delete_endpoint(EndpointName="shop")
    shop.until(lambda: not shop.sagemaker.list_endpoints()["Endpoints"])


def test_rolling_updates_that_aws_refuses_change_nothing(shop) -> None:
    shop.aws.cloud.alarms = Alarms()
    shop.endpoint(shop.release("old", 2))
    shop.model("new")
    before = shop.describe()

    def refused(message: str, config: str, **policy: Any) -> None:
        with pytest.raises(ClientError, match=message) as caught:
            update(shop, config, rolling(**policy))
        assert caught.value.response["Error"]["Code"] == "ValidationException"

    two = {"Type": "INSTANCE_COUNT", "Value": 2}
    refused("MaximumBatchSize must be between 5% and 50%", shop.release("other", 2), MaximumBatchSize=two)
    refused("MaximumBatchSize needs at least 2 instances", shop.config("new"))
    shop.sagemaker.delete_endpoint_config(EndpointConfigName="new")
    refused("endpoint of one variant; this one has a, b", shop.config("new", 2, a=1.0, b=1.0))
    shop.sagemaker.delete_endpoint_config(EndpointConfigName="new")
    refused("RollingUpdatePolicy requires the new endpoint configuration to have", shop.config("new", 2, other=1.0))
    assert shop.describe()["LastModifiedTime"] == before["LastModifiedTime"]


def test_weights_and_capacities_stay_while_an_update_rolls(shop) -> None:
    shop.aws.cloud.alarms = Alarms()
    shop.endpoint(shop.release("old", 2))
    shop.release("new", 2)
    update(shop, "new", rolling())
    with pytest.raises(ClientError, match="Cannot update in-progress endpoint"):
        shop.sagemaker.update_endpoint_weights_and_capacities(
            EndpointName="shop", DesiredWeightsAndCapacities=[{"VariantName": "live", "DesiredInstanceCount": 1}]
        )
    assert shop.settle()["EndpointConfigName"] == "new"
