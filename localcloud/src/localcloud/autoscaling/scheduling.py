"""Carries out scheduled actions that are due: other limits for a target, from this moment on."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from localcloud.autoscaling.activities import Activity
from localcloud.autoscaling.records import ACTION, TARGET, belonging, key
from localcloud.autoscaling.scheduled_actions import due_after
from localcloud.cloud import Cloud
from localcloud.scope import Scope
from localcloud.store import Document


def run_due_actions(cloud: Cloud, scope: Scope, target: Mapping[str, Any], now: datetime) -> None:
    """Carry out what is due of a target; what came due while the cloud was stopped is carried out once, now."""
    resource_id = target["ResourceId"]
    actions = belonging(cloud, scope, ACTION, resource_id)
    due = sorted((one for one in actions if one["_Next"] and one["_Next"] <= now), key=lambda one: one["_Next"])
    for action in due:
        upcoming = due_after(action, now, cloud.clock.speed)
        cloud.store.update(scope, ACTION, key(resource_id, action["ScheduledActionName"]), _Next=upcoming)
        if not target["SuspendedState"]["ScheduledScalingSuspended"]:
            _carry_out(cloud, scope, resource_id, action)


def _carry_out(cloud: Cloud, scope: Scope, resource_id: str, action: Document) -> None:
    target = cloud.store.get(scope, TARGET, resource_id)
    if target is None:
        return
    limits = {name: target[name] for name in ("MinCapacity", "MaxCapacity")} | action["ScalableTargetAction"]
    words = f"min capacity to {limits['MinCapacity']} and max capacity to {limits['MaxCapacity']}"
    cause = f"scheduled action name {action['ScheduledActionName']} was triggered"
    activity = Activity.begin(cloud, scope, resource_id, description=f"Setting {words}", cause=cause)
    if limits["MinCapacity"] > limits["MaxCapacity"]:
        activity.end("Failed", f"Failed to set {words}. Reason: Maximum capacity cannot be less than minimum capacity")
        return
    cloud.store.update(scope, TARGET, resource_id, **limits, _Enforce=True)
    activity.end("Successful", f"Successfully set {words}")
