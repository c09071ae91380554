"""The scaling of a variant: seen, and noted whole so that it can be made again.

Deregistering a variant deletes its policies and scheduled actions with it (Application Auto Scaling's API reference,
DeregisterScalableTarget), and nothing but what was noted before knows how they were.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

Body = dict[str, Any]
"""A request of Application Auto Scaling, as JSON types."""


@dataclass(frozen=True, kw_only=True)
class ScalingState:
    """What there is of a variant's scaling."""

    registered: bool = False
    policies: frozenset[str] = frozenset()
    scheduled: frozenset[str] = frozenset()


@dataclass(frozen=True, kw_only=True)
class Scaling:
    """All of a variant's scaling, as the requests that make the same again."""

    target: Body
    policies: tuple[Body, ...] = ()
    scheduled: tuple[Body, ...] = ()


def variant(endpoint_name: str, variant_name: str) -> dict[str, str]:
    """Return how Application Auto Scaling names a variant, in every one of its requests."""
    return {
        "ServiceNamespace": "sagemaker",
        "ResourceId": f"endpoint/{endpoint_name}/variant/{variant_name}",
        "ScalableDimension": "sagemaker:variant:DesiredInstanceCount",
    }


def look_at_scaling(autoscaling: Any, where: dict[str, str], *, whole: bool) -> ScalingState:
    """Return whether the variant is registered and, if asked for the `whole`, what it has by name."""
    target = _target(autoscaling, where)
    if target is None or not whole:
        return ScalingState(registered=target is not None)
    policies = _all(autoscaling.describe_scaling_policies, "ScalingPolicies", where)
    scheduled = _all(autoscaling.describe_scheduled_actions, "ScheduledActions", where)
    return ScalingState(
        registered=True,
        policies=frozenset(policy["PolicyName"] for policy in policies),
        scheduled=frozenset(action["ScheduledActionName"] for action in scheduled),
    )


def note_scaling(autoscaling: Any, where: dict[str, str]) -> Scaling | None:
    """Return the variant's whole scaling with its tags, or None where it is not registered."""
    target = _target(autoscaling, where)
    if target is None:
        return None
    policies = _all(autoscaling.describe_scaling_policies, "ScalingPolicies", where)
    scheduled = _all(autoscaling.describe_scheduled_actions, "ScheduledActions", where)
    tags = _tags(autoscaling, target.get("ScalableTargetARN", ""))
    return Scaling(
        # The role is the service-linked one: naming it would take a PassRole that nobody needs.
        target={
            **where,
            **_kept(target, "MinCapacity", "MaxCapacity", "SuspendedState"),
            **({"Tags": tags} if tags else {}),
        },
        policies=tuple({**where, **_kept(policy, "PolicyName", "PolicyType", *_POLICY_BODIES)} for policy in policies),
        scheduled=tuple({**where, **_kept(action, *_SCHEDULED)} for action in scheduled),
    )


_POLICY_BODIES = (
    "TargetTrackingScalingPolicyConfiguration",
    "StepScalingPolicyConfiguration",
    "PredictiveScalingPolicyConfiguration",
)
_SCHEDULED = ("ScheduledActionName", "Schedule", "Timezone", "StartTime", "EndTime", "ScalableTargetAction")


def _target(autoscaling: Any, where: dict[str, str]) -> Body | None:
    found = autoscaling.describe_scalable_targets(
        ServiceNamespace=where["ServiceNamespace"],
        ResourceIds=[where["ResourceId"]],
        ScalableDimension=where["ScalableDimension"],
    )["ScalableTargets"]
    return found[0] if found else None


def _all(describe: Callable[..., Any], key: str, where: dict[str, str]) -> list[Body]:
    found: list[Body] = []
    page: dict[str, str] = {}
    while True:
        answer = describe(**where, **page)
        found += answer[key]
        if not answer.get("NextToken"):
            return found
        page = {"NextToken": answer["NextToken"]}


def _tags(autoscaling: Any, arn: str) -> dict[str, str]:
    if not arn:  # a target that was registered before targets had ARNs has no tags either
        return {}
    return autoscaling.list_tags_for_resource(ResourceARN=arn)["Tags"]


def _kept(described: Body, *names: str) -> Body:
    told = {name: described[name] for name in names if described.get(name) is not None}
    return {key: value.isoformat() if isinstance(value, datetime) else value for key, value in told.items()}
