import itertools
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError

from localcloud.autoscaling.activities import Activity
from localcloud.testing import running_cloud

from .conftest import Shop
from .scaled import SPEED, Load, Scaled
from .test_updates import CANARY


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    with running_cloud(tmp_path_factory.mktemp("cloud"), speed=SPEED) as aws:
        shop = Shop(aws)
        shop.release("first")
        shop.release("second")
        yield shop


_numbers = itertools.count()


@pytest.fixture
def scaled(shop: Shop) -> Scaled:
    """An endpoint of its own, of one instance."""
    name = f"shop-{next(_numbers)}"
    shop.endpoint("first", name)
    return Scaled(shop, name)


def test_load_scales_a_variant_out_and_its_end_scales_it_in_again(scaled: Scaled) -> None:
    """No stand-ins: requests make metrics, metrics alarms, alarms instances; and silence is zeros."""
    scaled.register(1, 3)
    policy = scaled.track(ScaleOutCooldown=60, ScaleInCooldown=60)
    high, low = (alarm["AlarmName"] for alarm in policy["Alarms"])
    with Load(scaled) as load:
        activity = scaled.reaches(3)
    assert load.failures == []
    assert activity["Description"] == "Setting desired instance count to 3."
    assert activity["Cause"] == f"monitor alarm {high} in state ALARM triggered policy calls"
    assert activity["StatusCode"] == "Successful"
    assert activity["EndTime"] > activity["StartTime"]
    activity = scaled.reaches(1)
    assert activity["Cause"] == f"monitor alarm {low} in state ALARM triggered policy calls"


def test_a_policy_makes_the_alarms_that_aws_makes_and_takes_them_with_it(scaled: Scaled) -> None:
    scaled.register(1, 3)
    policy = scaled.track(70)
    high, low = scaled.alarms()
    assert [alarm["AlarmArn"] for alarm in (high, low)] == [alarm["AlarmARN"] for alarm in policy["Alarms"]]
    for alarm, side, comparison, threshold, periods in (
        (high, "High", "GreaterThanThreshold", 70, 3),
        (low, "Low", "LessThanThreshold", 63, 15),
    ):
        assert alarm["AlarmName"].startswith(f"TargetTracking-endpoint/{scaled.name}/variant/live-Alarm{side}-")
        assert (alarm["Namespace"], alarm["MetricName"]) == ("AWS/SageMaker", "InvocationsPerInstance")
        assert (alarm["ComparisonOperator"], alarm["Threshold"]) == (comparison, threshold)
        assert (alarm["Statistic"], alarm["Period"], alarm["EvaluationPeriods"]) == ("Sum", 60, periods)
        assert alarm["AlarmActions"] == [policy["PolicyARN"]]
        assert {"Name": "VariantName", "Value": "live"} in alarm["Dimensions"]
    scaled.track(100)
    assert [alarm["Threshold"] for alarm in scaled.alarms()] == [100, 90]
    assert [alarm["AlarmName"] for alarm in scaled.alarms()] == [high["AlarmName"], low["AlarmName"]]
    scaled.scaling.delete_scaling_policy(**scaled.where, PolicyName="calls")
    assert scaled.alarms() == []


def test_a_customized_metric_is_tracked(scaled: Scaled) -> None:
    scaled.register(1, 2)
    metric = {"Namespace": "Shop", "MetricName": "Queue", "Statistic": "Maximum"}
    scaled.scaling.put_scaling_policy(
        **scaled.where,
        PolicyName="queue",
        PolicyType="TargetTrackingScaling",
        TargetTrackingScalingPolicyConfiguration={"TargetValue": 10, "CustomizedMetricSpecification": metric},
    )
    stop = threading.Event()

    def publish() -> None:
        while not stop.wait(0.05):
            scaled.cloudwatch.put_metric_data(Namespace="Shop", MetricData=[{"MetricName": "Queue", "Value": 15}])

    thread = threading.Thread(target=publish)
    thread.start()
    try:
        scaled.reaches(2)
    finally:
        stop.set()
        thread.join()


def test_a_count_outside_the_registered_limits_is_brought_in(scaled: Scaled) -> None:
    scaled.register(2, 3)
    assert scaled.reaches(2)["Cause"] == "minimum capacity was set to 2"
    scaled.scaling.register_scalable_target(**scaled.where, MinCapacity=1, MaxCapacity=1)
    assert scaled.reaches(1)["Cause"] == "maximum capacity was set to 1"


def test_a_scheduled_action_sets_the_limits_and_thereby_the_count(scaled: Scaled) -> None:
    scaled.register(1, 4)
    soon = datetime.now(UTC) + timedelta(seconds=1)
    scaled.schedule("morning", f"at({soon:%Y-%m-%dT%H:%M:%S})", MinCapacity=2, MaxCapacity=3)
    scaled.reaches(2)
    target = scaled.target()
    assert target is not None
    assert (target["MinCapacity"], target["MaxCapacity"]) == (2, 3)
    told = [(one["Description"], one["Cause"], one["StatusMessage"]) for one in scaled.activities()[::-1]]
    assert told[0] == (
        "Setting min capacity to 2 and max capacity to 3",
        "scheduled action name morning was triggered",
        "Successfully set min capacity to 2 and max capacity to 3",
    )
    assert told[1][1] == "minimum capacity was set to 2"
    scaled.schedule("often", "rate(2 minutes)", MaxCapacity=1)
    scaled.shop.until(lambda: scaled.activities()[0]["StatusCode"] == "Failed")
    assert scaled.activities()[0]["StatusMessage"] == (
        "Failed to set min capacity to 2 and max capacity to 1. "
        "Reason: Maximum capacity cannot be less than minimum capacity"
    )


def test_scaling_fails_while_the_endpoint_is_updated_and_goes_on_afterwards(scaled: Scaled) -> None:
    scaled.cloudwatch.put_metric_alarm(
        AlarmName="slow",
        Namespace="Shop",
        MetricName="None",
        Statistic="Sum",
        Period=60,
        EvaluationPeriods=1,
        Threshold=1,
        ComparisonOperator="GreaterThanThreshold",
    )
    slowly = {
        "TrafficRoutingConfiguration": {"Type": "ALL_AT_ONCE", "WaitIntervalInSeconds": 600},
        "MaximumExecutionTimeoutInSeconds": 3600,
    }
    scaled.shop.sagemaker.update_endpoint(
        EndpointName=scaled.name,
        EndpointConfigName="second",
        DeploymentConfig={**CANARY, "BlueGreenUpdatePolicy": slowly},
    )
    scaled.register(2, 3)
    scaled.reaches(2)
    failed = scaled.activities()[-1]
    assert failed["StatusCode"] == "Failed"
    assert failed["StatusMessage"] == (
        "Failed to set desired instance count to 2. Reason: Cannot update in-progress endpoint "
        '"arn:aws:sagemaker:eu-west-1:000000000001:'
        f'endpoint/{scaled.name}".'
    )
    assert scaled.shop.describe(scaled.name)["EndpointConfigName"] == "second"


def test_deregistering_takes_policies_alarms_and_actions_along(scaled: Scaled) -> None:
    scaled.register(1, 3)
    scaled.track()
    scaled.schedule("morning", "cron(0 8 * * ? *)", MinCapacity=2)
    scaled.scaling.deregister_scalable_target(**scaled.where)
    assert scaled.alarms() == []
    assert scaled.target() is None
    assert scaled.scaling.describe_scaling_policies(**scaled.where)["ScalingPolicies"] == []
    assert scaled.scaling.describe_scheduled_actions(**scaled.where)["ScheduledActions"] == []


def test_a_deleted_endpoint_is_no_target_any_more(scaled: Scaled) -> None:
    scaled.register(1, 3)
    scaled.track()
    scaled.shop.sagemaker.delete_endpoint(EndpointName=scaled.name)
    assert scaled.alarms() == []
    assert scaled.target() is None


def test_suspended_scaling_lets_schedules_pass(scaled: Scaled) -> None:
    scaled.register(1, 3, SuspendedState={"ScheduledScalingSuspended": True})
    scaled.schedule("often", "rate(1 minute)", MinCapacity=2)
    kept = scaled.shop.aws.cloud.store

    def next_time() -> Any:
        rows = kept.find_all(scaled.shop.aws.scope, "ScheduledAction")
        return next(row["_Next"] for row in rows if row["ResourceId"] == scaled.where["ResourceId"])

    first = next_time()
    scaled.shop.until(lambda: next_time() > first)
    assert scaled.activities() == []
    scaled.scaling.register_scalable_target(**scaled.where, SuspendedState={"ScheduledScalingSuspended": False})
    scaled.reaches(2)


def test_an_activity_whose_change_did_not_come_about_has_failed(scaled: Scaled) -> None:
    """As after a stop of the cloud in the middle of a scale-out, which is rolled back at the next start."""
    scaled.register(1, 3)
    cloud, scope, resource = scaled.shop.aws.cloud, scaled.shop.aws.scope, scaled.where["ResourceId"]
    activity = Activity.begin(cloud, scope, resource, description="Setting desired instance count to 3.", cause="load")
    running = {"ActivityId": activity.id, "Count": 3, "From": 1, "ByPolicy": True}
    cloud.store.put(scope, "ScalingState", resource, {"Running": running})
    scaled.shop.until(lambda: scaled.activities()[0]["StatusCode"] == "Failed")
    assert scaled.activities()[0]["StatusMessage"] == (
        "Failed to set desired instance count to 3. Reason: The endpoint was changed meanwhile."
    )
    assert "Running" not in cloud.store.get(scope, "ScalingState", resource)


def test_activities_are_forgotten_after_six_weeks(scaled: Scaled) -> None:
    scaled.register(2, 2)
    old = scaled.reaches(2)["ActivityId"]
    cloud, scope, name = scaled.shop.aws.cloud, scaled.shop.aws.scope, f"{scaled.where['ResourceId']} {old}"
    cloud.store.update(scope, "ScalingActivity", name, StartTime=datetime.now(UTC) - timedelta(weeks=6))
    assert scaled.activities() == []
    scaled.register(1, 1)
    scaled.reaches(1)
    assert cloud.store.get(scope, "ScalingActivity", name) is None


def refused(action: Any, code: str, message: str) -> None:
    with pytest.raises(ClientError, match=message) as caught:
        action()
    assert caught.value.response["Error"]["Code"] == code


def test_what_aws_refuses_is_refused(scaled: Scaled) -> None:
    scaling = scaled.scaling
    missing = {**scaled.where, "ResourceId": f"endpoint/{scaled.name}/variant/other"}
    limits = {"MinCapacity": 1, "MaxCapacity": 2}
    for given, message in (
        (missing, f"Endpoint {scaled.name} has no production variant other"),
        ({**scaled.where, "ResourceId": "endpoint/none/variant/live"}, "Could not find endpoint"),
        ({**scaled.where, "ResourceId": "shop"}, "must be of the form endpoint/NAME/variant/NAME"),
        ({**scaled.where, "ScalableDimension": "sagemaker:inference-component:DesiredCopyCount"}, "is not served"),
    ):
        refused(lambda given=given: scaling.register_scalable_target(**given, **limits), "ValidationException", message)
    refused(
        lambda: scaling.register_scalable_target(**scaled.where, MinCapacity=1), "ValidationException", "MaxCapacity"
    )
    refused(lambda: scaled.register(3, 2), "ValidationException", "cannot be less than minimum capacity")
    refused(lambda: scaled.register(0, 2), "ValidationException", "must be at least 1")
    refused(scaled.track, "ObjectNotFoundException", "No scalable target registered")
    for action in (
        lambda: scaling.deregister_scalable_target(**scaled.where),
        lambda: scaling.delete_scaling_policy(**scaled.where, PolicyName="p"),
        lambda: scaling.delete_scheduled_action(**scaled.where, ScheduledActionName="a"),
    ):
        refused(action, "ObjectNotFoundException", "No (scalable target|scaling policy|scheduled action) found for")
    scaled.register(1, 2)
    scaled.track(name="first")
    refused(lambda: scaled.track(name="second"), "ValidationException", "Only one TargetTrackingScaling policy")
    refused(lambda: scaled.track(0), "ValidationException", "TargetValue must be greater than 0")
    refused(
        lambda: scaling.put_scaling_policy(**scaled.where, PolicyName="steps", PolicyType="StepScaling"),
        "ValidationException",
        "Policy type StepScaling is not served",
    )
    refused(lambda: scaled.schedule("a", "rate(1 hours)", MinCapacity=1), "ValidationException", "Invalid schedule")


def test_other_services_targets_are_recorded_as_before(scaled: Scaled) -> None:
    table = {
        "ServiceNamespace": "dynamodb",
        "ResourceId": "table/t",
        "ScalableDimension": "dynamodb:table:ReadCapacityUnits",
    }
    scaled.scaling.register_scalable_target(**table, MinCapacity=1, MaxCapacity=9)
    found = scaled.scaling.describe_scalable_targets(ServiceNamespace="dynamodb")["ScalableTargets"]
    assert [one["ResourceId"] for one in found] == ["table/t"]


def test_activities_and_targets_come_in_pages(scaled: Scaled) -> None:
    scaled.register(2, 2)
    scaled.reaches(2)
    scaled.register(1, 1)
    scaled.reaches(1)
    pages = scaled.scaling.get_paginator("describe_scaling_activities").paginate(
        **scaled.where, PaginationConfig={"PageSize": 1}
    )
    told = [one["Description"] for page in pages for one in page["ScalingActivities"]]
    assert told == [one["Description"] for one in scaled.activities()]
    assert told[0] == "Setting desired instance count to 1."


def test_tags_of_a_target_can_be_changed(scaled: Scaled) -> None:
    arn = scaled.register(1, 2, Tags={"team": "shop", "stage": "dev"})
    scaled.register(1, 3)
    scaled.scaling.tag_resource(ResourceARN=arn, Tags={"stage": "prod"})
    scaled.scaling.untag_resource(ResourceARN=arn, TagKeys=["team"])
    assert scaled.scaling.list_tags_for_resource(ResourceARN=arn)["Tags"] == {"stage": "prod"}
    refused(
        lambda: scaled.scaling.list_tags_for_resource(ResourceARN=f"{arn[:-1]}x"),
        "ResourceNotFoundException",
        "No scal",
    )
