"""The plans of deployments, from a `DeploymentConfig` that was checked: blue/green, rolling, and back again.

AWS's documentation of deployment guardrails names two waits of blue/green: `WaitIntervalInSeconds` bakes each traffic
step, and `TerminationWaitInSeconds` bakes the full capacity before the old fleet goes. A rolling update bakes each
batch for `WaitIntervalInSeconds`, then lets as much of the old fleet go. Its rollback launches the old fleet again, all
of it at once unless `RollbackMaximumBatchSize` says otherwise.
"""

import math
from collections.abc import Collection, Mapping
from typing import Any

from localcloud.sagemaker.endpoints.deployment import DEFAULT_TIMEOUT_SECONDS, Plan, Stage

Counts = Mapping[str, int]

_NO_ONE: Counts = {}


def plan_deployment(config: Mapping[str, Any], counts: Counts, old: Counts = _NO_ONE) -> Plan:
    """Return the plan of a checked `DeploymentConfig`.

    Args:
        config: the DeploymentConfig; empty for blue/green, all at once.
        counts: instances of each variant that the new fleet shall have.
        old: instances of each variant that the old fleet has.
    """
    rolling: Mapping[str, Any] | None = config.get("RollingUpdatePolicy")
    policy: Mapping[str, Any] = config.get("BlueGreenUpdatePolicy", {}) if rolling is None else rolling
    size = policy.get("RollbackMaximumBatchSize")
    return Plan(
        stages=_blue_green(policy, counts, old) if rolling is None else _rolling(rolling, counts, old),
        back_to=old,
        back_step={name: capacity_instances(size, count) if size else count for name, count in old.items()},
        alarms=alarm_names(config),
        timeout_seconds=float(policy.get("MaximumExecutionTimeoutInSeconds", DEFAULT_TIMEOUT_SECONDS)),
    )


def plan_rollback(plan: Plan, old: Counts, new: Counts) -> Plan:
    """Return the plan that undoes a deployment: the old fleet rises, the new one falls.

    A rollback neither bakes nor heeds alarms or the deployment's limit of time: nobody would be helped if it stopped.

    Args:
        plan: the deployment that failed.
        old: instances that the old fleet has now.
        new: instances that the new fleet has now.
    """
    stages: list[Stage] = []
    goal, risen = plan.back_to, dict(old)
    whole = plan.stages[-1].active
    while not stages or risen != dict(goal):
        risen = {name: min(count, risen.get(name, 0) + plan.back_step[name]) for name, count in goal.items()}
        keep = {
            name: min(count, _left(whole.get(name, 0), risen.get(name, 0), goal.get(name, 0)))
            for name, count in new.items()
        }
        stages.append(Stage(launch=risen, active=risen, keep=keep, capacity="old", bake_seconds=0.0, wait_name=""))
    return Plan(stages=tuple(stages), timeout_seconds=math.inf)


def guarded(config: Mapping[str, Any], instance_types: Collection[str]) -> Mapping[str, Any]:
    """Return the `DeploymentConfig` that counts: none where AWS's guardrails do not reach (its guide, "Exclusions").

    An endpoint on Inf1 instances falls back to blue/green, all at once, without a final baking period.
    """
    return {} if any(kind.startswith("ml.inf1.") for kind in instance_types) else config


def alarm_names(config: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the names of the alarms that roll a deployment back."""
    return tuple(alarm["AlarmName"] for alarm in config.get("AutoRollbackConfiguration", {}).get("Alarms", ()))


def capacity_instances(size: Mapping[str, Any], count: int) -> int:
    """Return how many of `count` instances a `CapacitySize` means: shares are rounded down, but at least one."""
    if size["Type"] == "INSTANCE_COUNT":
        return int(size["Value"])
    return max(1, count * int(size["Value"]) // 100)


def _blue_green(policy: Mapping[str, Any], counts: Counts, old: Counts) -> tuple[Stage, ...]:
    routing: Mapping[str, Any] = policy.get("TrafficRoutingConfiguration", {})
    wait = float(routing.get("WaitIntervalInSeconds", 0))
    steps = [(active, name, wait, "WaitIntervalInSeconds") for active, name in _traffic_steps(routing, counts)]
    last = (counts, "full", float(policy.get("TerminationWaitInSeconds", 0)), "TerminationWaitInSeconds")
    return tuple(
        Stage(launch=counts, active=active, keep=old, capacity=name, bake_seconds=seconds, wait_name=wait_name)
        for active, name, seconds, wait_name in (*steps, last)
    )


def _rolling(policy: Mapping[str, Any], counts: Counts, old: Counts) -> tuple[Stage, ...]:
    return tuple(
        Stage(
            launch=active,
            active=active,
            keep={name: _left(count, active.get(name, 0), counts.get(name, 0)) for name, count in old.items()},
            capacity="full" if active == counts else "partial",
            bake_seconds=float(policy["WaitIntervalInSeconds"]),
            wait_name="WaitIntervalInSeconds",
        )
        for active in _batches(policy["MaximumBatchSize"], counts)
    )


def _left(count: int, active: int, total: int) -> int:
    """Return how many of `count` instances stay for the traffic that `active` of the other side's `total` leave."""
    return math.ceil(count * (total - active) / total) if total else 0


def _traffic_steps(routing: Mapping[str, Any], counts: Counts) -> list[tuple[Counts, str]]:
    kind = routing.get("Type", "ALL_AT_ONCE")
    if kind == "CANARY":
        canary = {name: capacity_instances(routing["CanarySize"], count) for name, count in counts.items()}
        return [(canary, "canary")]
    if kind == "LINEAR":
        return [(active, "partial") for active in _batches(routing["LinearStepSize"], counts)[:-1]]
    # One step has no later step to wait for; a wait asked for all the same is baked on full capacity.
    return [(counts, "full")] if routing.get("WaitIntervalInSeconds") else []


def _batches(size: Mapping[str, Any], counts: Counts) -> list[Counts]:
    """Return how many instances are active after each batch; the last has them all."""
    step = {name: capacity_instances(size, count) for name, count in counts.items()}
    batches = max(math.ceil(count / step[name]) for name, count in counts.items())
    return [
        {name: min(count, step[name] * number) for name, count in counts.items()} for number in range(1, batches + 1)
    ]
