"""Scaling as Pulumi declares it: what the scaler does with the count is no difference in the next preview."""

import pytest

from localcloud.accounts import SECRET_KEY, access_key
from localcloud.provider.configuration import configure
from localcloud.provider.provider import Provider

from ..provider.world import World
from .conftest import Shop
from .scaled import Scaled


@pytest.fixture
def world(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> World:
    environment = {
        "AWS_ENDPOINT_URL": shop.aws.endpoint_url,
        "AWS_ACCESS_KEY_ID": access_key(shop.aws.account),
        "AWS_SECRET_ACCESS_KEY": SECRET_KEY,
        "AWS_REGION": shop.aws.region,
    }
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    return World(Provider(configure({"region": shop.aws.region}, environment)))


def test_a_second_preview_is_empty_also_after_scaling_has_moved_the_count(shop: Shop, world: World) -> None:
    shop.endpoint(shop.release("first"))
    scaled = Scaled(shop)
    where = {
        "serviceNamespace": "sagemaker",
        "resourceId": "endpoint/shop/variant/live",
        "scalableDimension": "sagemaker:variant:DesiredInstanceCount",
    }
    target = world.make("aws:appautoscaling/target:Target", "t", **where, minCapacity=2, maxCapacity=3)
    tracking = {
        "predefinedMetricSpecification": {"predefinedMetricType": "SageMakerVariantInvocationsPerInstance"},
        "targetValue": 1000,
        "scaleInCooldown": 300,
    }
    policy = world.make(
        "aws:appautoscaling/policy:Policy",
        "p",
        **where,
        policyType="TargetTrackingScaling",
        targetTrackingScalingPolicyConfiguration=tracking,
    )
    action = world.make(
        "aws:appautoscaling/scheduledAction:ScheduledAction",
        "a",
        **where,
        schedule="cron(0 8 ? * MON-FRI *)",
        timezone="Europe/Berlin",
        scalableTargetAction={"minCapacity": 2, "maxCapacity": 3},
    )
    assert sorted(policy["alarmArns"]) == sorted(alarm["AlarmArn"] for alarm in scaled.alarms())
    scaled.reaches(2)
    for made in (target, policy, action):
        world.settled(made)
    world.change(policy, targetTrackingScalingPolicyConfiguration={**tracking, "targetValue": 500})
    world.change(action, schedule="rate(1 day)")
    world.change(target, minCapacity=1)
    world.unmake()
    assert scaled.alarms() == []
