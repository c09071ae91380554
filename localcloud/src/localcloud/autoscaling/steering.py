"""Brings one variant to the count it should have: reads what there is, lets it be decided, and has it done."""

from datetime import datetime, timedelta
from typing import Any

from botocore.exceptions import ClientError

from localcloud.alarms import Evaluator
from localcloud.autoscaling.activities import Activity
from localcloud.autoscaling.decision import Bounds, Past, Signal, Tracking, Wanted, decide
from localcloud.autoscaling.records import POLICY, STATE, TARGET, belonging
from localcloud.autoscaling.variant import Variant, observe
from localcloud.cloud import Cloud
from localcloud.scope import Scope
from localcloud.store import Document

_COOLDOWN_SECONDS = 300
_RETRY_SECONDS = 60.0
_BUSY = ("Updating", "RollingBack", "SystemUpdating")


class Steering:
    """One look at one target. `_state` is what the looks before have left: an activity under way, cooldowns."""

    def __init__(self, cloud: Cloud, evaluator: Evaluator, scope: Scope, resource_id: str) -> None:
        self._cloud = cloud
        self._evaluator = evaluator
        self._scope = scope
        self._resource_id = resource_id
        self._state: Document = cloud.store.get(scope, STATE, resource_id) or {}

    def step(self, now: datetime) -> None:
        """Follow the activity under way, else begin the one that is called for, if any."""
        variant = observe(self._cloud, self._scope, self._resource_id)
        target = self._cloud.store.get(self._scope, TARGET, self._resource_id)
        if variant is None or target is None:
            return
        if "Running" in self._state:
            self._follow(variant, now)
        elif now >= self._state.get("RetryAt", now):
            self._begin(variant, target, now)

    def _begin(self, variant: Variant, target: Document, now: datetime) -> None:
        wanted = decide(variant.count, _bounds(target), self._policies(now), self._past(), now)
        if wanted is None:
            # A change under way may still end with another count.
            if target["_Enforce"] and variant.status not in _BUSY:
                self._cloud.store.update(self._scope, TARGET, self._resource_id, _Enforce=False)
            return
        activity = Activity.begin(
            self._cloud,
            self._scope,
            self._resource_id,
            description=f"Setting desired instance count to {wanted.count}.",
            cause=wanted.cause,
        )
        refusal = self._set_count(variant, wanted.count)
        if refusal:
            self._fail(activity, wanted.count, refusal, now)
            return
        activity.goes_on(f"{_done(wanted.count)} Waiting for change to be fulfilled by sagemaker.")
        self._keep(Running=_running(activity, variant, wanted))

    def _set_count(self, variant: Variant, count: int) -> str:
        """Ask SageMaker for a count; return why it refuses, or ""."""
        asked = [{"VariantName": variant.name, "DesiredInstanceCount": count}]
        try:
            self._cloud.client("sagemaker", self._scope).update_endpoint_weights_and_capacities(
                EndpointName=variant.endpoint, DesiredWeightsAndCapacities=asked
            )
        except ClientError as error:
            return error.response["Error"]["Message"]
        return ""

    def _follow(self, variant: Variant, now: datetime) -> None:
        if variant.status in _BUSY:
            return
        running: dict[str, Any] = self._state.pop("Running")
        activity = Activity(self._cloud, self._scope, self._resource_id, running["ActivityId"])
        if variant.count != running["Count"]:
            self._fail(activity, running["Count"], variant.reason or "The endpoint was changed meanwhile.", now)
            return
        activity.end("Successful", f"{_done(running['Count'])} Change successfully fulfilled by sagemaker.")
        if not running["ByPolicy"]:
            self._keep()
        elif running["Count"] > running["From"]:
            # A scale-out ends the cooldown of the scale-in before it.
            self._state.pop("InAt", None)
            self._keep(OutAt=now, OutFrom=running["From"])
        else:
            self._keep(InAt=now)

    def _fail(self, activity: Activity, count: int, reason: str, now: datetime) -> None:
        activity.end("Failed", f"Failed to set desired instance count to {count}. Reason: {reason}")
        self._keep(RetryAt=now + timedelta(seconds=self._cloud.clock.real(_RETRY_SECONDS)))

    def _policies(self, now: datetime) -> list[Tracking]:
        return [
            self._tracking(policy, now) for policy in belonging(self._cloud, self._scope, POLICY, self._resource_id)
        ]

    def _tracking(self, policy: Document, now: datetime) -> Tracking:
        configuration = policy["TargetTrackingScalingPolicyConfiguration"]
        real = self._cloud.clock.real
        return Tracking(
            name=policy["PolicyName"],
            target=configuration["TargetValue"],
            out_cooldown=real(configuration.get("ScaleOutCooldown", _COOLDOWN_SECONDS)),
            in_cooldown=real(configuration.get("ScaleInCooldown", _COOLDOWN_SECONDS)),
            scales_in=not configuration.get("DisableScaleIn", False),
            high=self._signal(policy["_High"], now),
            low=self._signal(policy["_Low"], now),
        )

    def _signal(self, alarm: str, now: datetime) -> Signal:
        reading = self._evaluator.read(self._scope, alarm, now.timestamp())
        return Signal(alarm, reading is not None and reading.state == "ALARM", reading and reading.value)

    def _past(self) -> Past:
        return Past(
            out_at=self._state.get("OutAt"), out_from=self._state.get("OutFrom", 0), in_at=self._state.get("InAt")
        )

    def _keep(self, **changes: Any) -> None:
        self._state = {**self._state, **changes}
        self._cloud.store.put(self._scope, STATE, self._resource_id, self._state)


def _bounds(target: Document) -> Bounds:
    suspended = target["SuspendedState"]
    return Bounds(
        minimum=target["MinCapacity"],
        maximum=target["MaxCapacity"],
        enforced=target["_Enforce"],
        out_suspended=suspended["DynamicScalingOutSuspended"],
        in_suspended=suspended["DynamicScalingInSuspended"],
    )


def _running(activity: Activity, variant: Variant, wanted: Wanted) -> Document:
    return {"ActivityId": activity.id, "Count": wanted.count, "From": variant.count, "ByPolicy": wanted.by_policy}


def _done(count: int) -> str:
    return f"Successfully set desired instance count to {count}."
