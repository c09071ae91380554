"""What the tests of scaling say in one line each."""

import threading
from typing import Any

from .conftest import Shop

SPEED = 240  # a minute takes a quarter of a second


class Scaled:
    """An endpoint with one variant, and what the tests say of its scaling."""

    def __init__(self, shop: Shop, name: str = "shop") -> None:
        self.shop = shop
        self.name = name
        self.where = {
            "ServiceNamespace": "sagemaker",
            "ResourceId": f"endpoint/{name}/variant/live",
            "ScalableDimension": "sagemaker:variant:DesiredInstanceCount",
        }
        self.scaling = shop.aws.client("application-autoscaling")
        self.cloudwatch = shop.aws.client("cloudwatch")

    def register(self, minimum: int, maximum: int, **more: Any) -> str:
        answer = self.scaling.register_scalable_target(**self.where, MinCapacity=minimum, MaxCapacity=maximum, **more)
        return answer["ScalableTargetARN"]

    def track(self, target: float = 0.5, name: str = "calls", **more: Any) -> dict[str, Any]:
        given = {"PredefinedMetricSpecification": {"PredefinedMetricType": "SageMakerVariantInvocationsPerInstance"}}
        return self.scaling.put_scaling_policy(
            **self.where,
            PolicyName=name,
            PolicyType="TargetTrackingScaling",
            TargetTrackingScalingPolicyConfiguration={"TargetValue": target, **given, **more},
        )

    def schedule(self, name: str, expression: str, **limits: int) -> None:
        self.scaling.put_scheduled_action(
            **self.where, ScheduledActionName=name, Schedule=expression, ScalableTargetAction=limits
        )

    def count(self) -> int:
        return self.shop.describe(self.name)["ProductionVariants"][0]["CurrentInstanceCount"]

    def target(self) -> dict[str, Any] | None:
        found = self.scaling.describe_scalable_targets(
            ServiceNamespace="sagemaker", ResourceIds=[self.where["ResourceId"]]
        )
        return next(iter(found["ScalableTargets"]), None)

    def activities(self) -> list[dict[str, Any]]:
        return self.scaling.describe_scaling_activities(**self.where)["ScalingActivities"]

    def reaches(self, count: int) -> dict[str, Any]:
        """Wait for the activity that brings a count, and return it."""
        ends = f"Successfully set desired instance count to {count}. Change successfully fulfilled by sagemaker."
        self.shop.until(lambda: any(one.get("StatusMessage") == ends for one in self.activities()))
        assert self.count() == count
        return next(one for one in self.activities() if one.get("StatusMessage") == ends)

    def alarms(self) -> list[dict[str, Any]]:
        return self.cloudwatch.describe_alarms(AlarmNamePrefix=f"TargetTracking-endpoint/{self.name}/")["MetricAlarms"]


class Load:
    """Requests without a pause on one thread."""

    def __init__(self, scaled: Scaled) -> None:
        self._scaled = scaled
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._ask)
        self.failures: list[str] = []

    def __enter__(self) -> "Load":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def _ask(self) -> None:
        while not self._stop.is_set():
            try:
                self._scaled.shop.ask(self._scaled.name)
            except Exception as error:
                self.failures.append(str(error))
