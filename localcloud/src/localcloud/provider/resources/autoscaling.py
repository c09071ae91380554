"""Application autoscaling: what scales, between which limits, on what, and when."""

from datetime import datetime
from typing import Any

from localcloud.provider import schema
from localcloud.provider.naming import Naming
from localcloud.provider.resource import Resource, given
from localcloud.provider.session import Session, region_of
from localcloud.provider.shapes import properties, request
from localcloud.provider.values import Props

_SERVICE = "application-autoscaling"
_POLICY = "aws:appautoscaling/policy:Policy"
_ACTION = "aws:appautoscaling/scheduledAction:ScheduledAction"
_ACTION_RENAME = {"name": "ScheduledActionName"}
_RENAME = {
    "name": "PolicyName",
    "targetTrackingScalingPolicyConfiguration": "TargetTrackingScalingPolicyConfiguration",
    "metrics": "Metrics",
}


def _client(session: Session, props: Props) -> Any:
    return session.client(_SERVICE, region_of(props))


def _where(props: Props) -> dict[str, Any]:
    return given(
        props, ServiceNamespace="serviceNamespace", ResourceId="resourceId", ScalableDimension="scalableDimension"
    )


def _register(session: Session, props: Props, *, tagged: bool) -> str:
    tags = {"Tags": props["tagsAll"]} if tagged and props["tagsAll"] else {}
    _client(session, props).register_scalable_target(
        **_where(props),
        **given(props, MinCapacity="minCapacity", MaxCapacity="maxCapacity", RoleARN="roleArn"),
        **({"SuspendedState": _suspended(props["suspendedState"])} if props.get("suspendedState") else {}),
        **tags,
    )
    return props["resourceId"]


def _suspended(state: Props) -> dict[str, Any]:
    return given(
        state,
        DynamicScalingInSuspended="dynamicScalingInSuspended",
        DynamicScalingOutSuspended="dynamicScalingOutSuspended",
        ScheduledScalingSuspended="scheduledScalingSuspended",
    )


def _read_target(session: Session, resource_id: str, state: Props) -> Props | None:
    client = _client(session, state)
    found = client.describe_scalable_targets(
        ServiceNamespace=state["serviceNamespace"],
        ResourceIds=[resource_id],
        ScalableDimension=state["scalableDimension"],
    )["ScalableTargets"]
    if not found:
        return None
    told = {
        "resourceId": resource_id,
        "serviceNamespace": found[0]["ServiceNamespace"],
        "scalableDimension": found[0]["ScalableDimension"],
        "minCapacity": found[0]["MinCapacity"],
        "maxCapacity": found[0]["MaxCapacity"],
        "roleArn": found[0].get("RoleARN"),
        "arn": found[0].get("ScalableTargetARN"),
    }
    # moto keeps no tags of a target: what was asked for stands.
    return {**told, "tagsAll": state.get("tagsAll") or {}}


def _update_target(session: Session, resource_id: str, state: Props, props: Props, changed: frozenset[str]) -> None:
    if changed - {"tags", "tagsAll"}:
        _register(session, props, tagged=False)


def _deregister(session: Session, resource_id: str, state: Props) -> None:
    _client(session, state).deregister_scalable_target(**_where(state))


def _put_policy(session: Session, props: Props) -> str:
    client = _client(session, props)
    params = request(client, "PutScalingPolicy", props, rename=_RENAME, skip=frozenset({"alarmArns", "arn"}))
    client.put_scaling_policy(**params)
    return props["name"]


def _read_policy(session: Session, name: str, state: Props) -> Props | None:
    answer = _client(session, state).describe_scaling_policies(**_where(state))["ScalingPolicies"]
    found = next((one for one in answer if one["PolicyName"] == name), None)
    if found is None:
        return None
    told = properties(schema.resource_type(_POLICY).inputs, found, rename=_RENAME)
    alarms = [alarm["AlarmARN"] for alarm in found.get("Alarms", [])]
    return {**told, "name": name, "arn": found["PolicyARN"], "alarmArns": alarms}


def _delete_policy(session: Session, name: str, state: Props) -> None:
    _client(session, state).delete_scaling_policy(PolicyName=name, **_where(state))


def _put_action(session: Session, props: Props) -> str:
    client = _client(session, props)
    params = request(client, "PutScheduledAction", props, rename=_ACTION_RENAME, skip=frozenset({"arn"}))
    client.put_scheduled_action(**params)
    return f"{props['name']}-{props['serviceNamespace']}-{props['resourceId']}"


def _read_action(session: Session, resource_id: str, state: Props) -> Props | None:
    found = _client(session, state).describe_scheduled_actions(ScheduledActionNames=[state["name"]], **_where(state))
    action = next(iter(found["ScheduledActions"]), None)
    if action is None:
        return None
    told = properties(schema.resource_type(_ACTION).inputs, action, rename=_ACTION_RENAME)
    return {**told, "arn": action["ScheduledActionARN"]}


def _delete_action(session: Session, resource_id: str, state: Props) -> None:
    _client(session, state).delete_scheduled_action(ScheduledActionName=state["name"], **_where(state))


def _same_moment(one: Any, other: Any) -> bool:
    return datetime.fromisoformat(one) == datetime.fromisoformat(other)


ROWS = (
    Resource(
        token="aws:appautoscaling/target:Target",
        create=lambda session, props: _register(session, props, tagged=True),
        read=_read_target,
        update=_update_target,
        delete=_deregister,
    ),
    Resource(
        token=_POLICY,
        naming=Naming(),
        create=_put_policy,
        read=_read_policy,
        update=lambda session, name, state, props, changed: _put_policy(session, props),
        delete=_delete_policy,
        defaults={"policyType": "StepScaling"},
    ),
    Resource(
        token=_ACTION,
        naming=Naming(),
        create=_put_action,
        read=_read_action,
        update=lambda session, resource_id, state, props, changed: _put_action(session, props),
        delete=_delete_action,
        defaults={"timezone": "UTC"},
        same={"startTime": _same_moment, "endTime": _same_moment},
    ),
)
