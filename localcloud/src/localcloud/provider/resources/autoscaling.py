"""Application autoscaling: what scales, between which limits, and on what."""

from typing import Any

from localcloud.provider import schema
from localcloud.provider.naming import Naming
from localcloud.provider.resource import Resource, given
from localcloud.provider.session import Session, region_of
from localcloud.provider.shapes import properties, request
from localcloud.provider.values import Props

_SERVICE = "application-autoscaling"
_POLICY = "aws:appautoscaling/policy:Policy"
_SCHEDULED_ACTION = "aws:appautoscaling/scheduledAction:ScheduledAction"
_SCHEDULED = {"name": "ScheduledActionName"}
_MADE = frozenset({"arn"})
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


def _put_scheduled(session: Session, props: Props) -> str:
    client = _client(session, props)
    client.put_scheduled_action(**request(client, "PutScheduledAction", props, rename=_SCHEDULED, skip=_MADE))
    return props["name"]


def _read_scheduled(session: Session, name: str, state: Props) -> Props | None:
    answer = _client(session, state).describe_scheduled_actions(**_where(state))["ScheduledActions"]
    found = next((one for one in answer if one["ScheduledActionName"] == name), None)
    if found is None:
        return None
    told = properties(schema.resource_type(_SCHEDULED_ACTION).inputs, found, rename=_SCHEDULED)
    return {**told, "name": name, "arn": found["ScheduledActionARN"]}


def _delete_scheduled(session: Session, name: str, state: Props) -> None:
    _client(session, state).delete_scheduled_action(ScheduledActionName=name, **_where(state))


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
        token=_SCHEDULED_ACTION,
        naming=Naming(),
        create=_put_scheduled,
        read=_read_scheduled,
        update=lambda session, name, state, props, changed: _put_scheduled(session, props),
        delete=_delete_scheduled,
        defaults={"timezone": "UTC"},
    ),
)
