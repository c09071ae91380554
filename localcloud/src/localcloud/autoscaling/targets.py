"""RegisterScalableTarget, DeregisterScalableTarget and DescribeScalableTargets."""

import secrets
from collections.abc import Mapping
from typing import Any

from localcloud.autoscaling.policies import remove_policy
from localcloud.autoscaling.records import (
    ACTION,
    POLICY,
    STATE,
    TARGET,
    belonging,
    check_resource_given,
    find_target,
    key,
    page,
    where,
)
from localcloud.autoscaling.service import operation
from localcloud.autoscaling.variant import check_variant
from localcloud.errors import ValidationError
from localcloud.sagemaker.service import Call
from localcloud.store import Document

_LINKED_ROLE = (
    "arn:aws:iam::{account}:role/aws-service-role/sagemaker.application-autoscaling.amazonaws.com/"
    "AWSServiceRoleForApplicationAutoScaling_SageMakerEndpoint"
)
_SUSPENDABLE = ("DynamicScalingInSuspended", "DynamicScalingOutSuspended", "ScheduledScalingSuspended")


@operation("RegisterScalableTarget")
def register_scalable_target(call: Call) -> Document:
    """Let a variant be scaled, or change the limits within which it is; its count is brought inside them."""
    resource_id = call.params["ResourceId"]
    known = call.cloud.store.get(call.scope, TARGET, resource_id)
    check_variant(call.cloud, call.scope, resource_id)
    body = {**(known or _new(call)), **_given(call.params)}
    _check_bounds(body)
    if known is None:
        call.cloud.store.delete(call.scope, STATE, resource_id)
        call.cloud.store.put(call.scope, TARGET, resource_id, {**body, "_Enforce": True})
    else:
        call.cloud.store.update(call.scope, TARGET, resource_id, **_given(call.params), _Enforce=True)
    return {"ScalableTargetARN": body["ScalableTargetARN"]}


@operation("DeregisterScalableTarget")
def deregister_scalable_target(call: Call) -> None:
    """Leave a variant alone from now on; its policies, their alarms and its scheduled actions go too."""
    resource_id = call.params["ResourceId"]
    find_target(call.cloud, call.scope, resource_id, "found")
    call.cloud.store.delete(call.scope, TARGET, resource_id)
    call.cloud.store.delete(call.scope, STATE, resource_id)
    for policy in belonging(call.cloud, call.scope, POLICY, resource_id):
        remove_policy(call.cloud, call.scope, policy)
    for action in belonging(call.cloud, call.scope, ACTION, resource_id):
        call.cloud.store.delete(call.scope, ACTION, key(resource_id, action["ScheduledActionName"]))


@operation("DescribeScalableTargets")
def describe_scalable_targets(call: Call) -> Document:
    """Return the scalable targets, all of them or those of some variants."""
    ids = call.params.get("ResourceIds")
    check_resource_given({**call.params, "ResourceId": ids})
    found = call.cloud.store.find_all(call.scope, TARGET)
    return page([row for row in found if not ids or row["ResourceId"] in ids], call.params, "ScalableTargets")


def _new(call: Call) -> Document:
    missing = [name for name in ("MinCapacity", "MaxCapacity") if call.params.get(name) is None]
    if missing:
        raise ValidationError(f"A new scalable target needs {' and '.join(missing)}.")
    return {
        **where(call.params["ResourceId"]),
        "ScalableTargetARN": call.scope.arn("application-autoscaling", f"scalable-target/{secrets.token_hex(18)}"),
        "RoleARN": _LINKED_ROLE.format(account=call.scope.account),
        "SuspendedState": dict.fromkeys(_SUSPENDABLE, False),
        "CreationTime": call.cloud.clock.now(),
        "_Tags": dict(call.params.get("Tags") or {}),
    }


def _given(params: Mapping[str, Any]) -> Document:
    found = {name: params[name] for name in ("MinCapacity", "MaxCapacity", "RoleARN") if params.get(name) is not None}
    if suspended := params.get("SuspendedState"):
        found["SuspendedState"] = {**dict.fromkeys(_SUSPENDABLE, False), **suspended}
    return found


def _check_bounds(target: Mapping[str, Any]) -> None:
    if target["MinCapacity"] < 1:
        raise ValidationError("Minimum capacity of a variant of instances must be at least 1.")
    if target["MaxCapacity"] < target["MinCapacity"]:
        raise ValidationError("Maximum capacity cannot be less than minimum capacity")
