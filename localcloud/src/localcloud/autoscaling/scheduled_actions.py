"""PutScheduledAction, DeleteScheduledAction and DescribeScheduledActions."""

import math
import uuid
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from localcloud.autoscaling.records import (
    ACTION,
    described,
    find_target,
    key,
    listing,
    where,
)
from localcloud.autoscaling.service import not_found, operation
from localcloud.errors import ValidationError
from localcloud.sagemaker.service import Call
from localcloud.schedules import next_time, parse_schedule
from localcloud.store import Document

_CHANGEABLE = ("Schedule", "Timezone", "ScalableTargetAction")


@operation("PutScheduledAction")
def put_scheduled_action(call: Call) -> None:
    """Create or change an action that sets a variant's limits at a time of its own."""
    resource_id, name = call.params["ResourceId"], call.params["ScheduledActionName"]
    find_target(call.cloud, call.scope, resource_id)
    known = call.cloud.store.get(call.scope, ACTION, key(resource_id, name))
    action = {**(known or _new(call)), **_given(call.params)}
    _check(action)
    now = call.cloud.clock.now()
    call.cloud.store.put(
        call.scope, ACTION, key(resource_id, name), {**action, "_Next": due_after(action, now, call.cloud.clock.speed)}
    )


@operation("DeleteScheduledAction")
def delete_scheduled_action(call: Call) -> None:
    """Delete a scheduled action; the limits it has set stay."""
    resource_id, name = call.params["ResourceId"], call.params["ScheduledActionName"]
    if not call.cloud.store.delete(call.scope, ACTION, key(resource_id, name)):
        raise not_found(f"No scheduled action found for {described(resource_id)}, scheduled action name: {name}")


@operation("DescribeScheduledActions")
def describe_scheduled_actions(call: Call) -> Document:
    """Return scheduled actions, all of them or those of one variant or of some names."""
    return listing(call, ACTION, "ScheduledActionName", "ScheduledActions")


def due_after(action: Mapping[str, Any], now: datetime, speed: float) -> datetime | None:
    """Return when an action is due next, later than `now`; None when it never is again."""
    return next_time(
        parse_schedule(action["Schedule"], action.get("Timezone")),
        now,
        start=action.get("StartTime") or action["CreationTime"],
        end=action.get("EndTime"),
        speed=speed,
    )


def _new(call: Call) -> Document:
    resource_id, name = call.params["ResourceId"], call.params["ScheduledActionName"]
    place = f"resource/sagemaker/{resource_id}:scheduledActionName/{name}"
    return {
        "ScheduledActionName": name,
        "ScheduledActionARN": call.scope.arn("autoscaling", f"scheduledAction:{uuid.uuid4()}:{place}"),
        **where(resource_id),
        "CreationTime": call.cloud.clock.now(),
    }


def _given(params: Mapping[str, Any]) -> Document:
    found = {name: params[name] for name in _CHANGEABLE if params.get(name)}
    # A start or end that is not given again is dropped, as the reference says.
    times = {name: params.get(name) for name in ("StartTime", "EndTime")}
    return {**found, **{name: None if at is None else datetime.fromtimestamp(at, UTC) for name, at in times.items()}}


def _check(action: Mapping[str, Any]) -> None:
    if not action.get("Schedule"):
        raise ValidationError("A new scheduled action needs a Schedule.")
    limits = action.get("ScalableTargetAction") or {}
    if not limits:
        raise ValidationError("A new scheduled action needs a ScalableTargetAction with MinCapacity or MaxCapacity.")
    if limits.get("MinCapacity", 0) > limits.get("MaxCapacity", math.inf):
        raise ValidationError("Maximum capacity cannot be less than minimum capacity")
