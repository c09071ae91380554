"""What a blue/green deployment does next: a pure state machine over a plan and what is observed.

Owns the stages of a deployment and when it goes on, ends or goes back; `rollout.py` carries the decisions out.
AWS's documentation of deployment guardrails names two waits: `WaitIntervalInSeconds` bakes each traffic step, and
`TerminationWaitInSeconds` bakes the full capacity before the old fleet goes. Alarms count in both.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

_DEFAULT_TIMEOUT_SECONDS = 28800
"""The longest that AWS lets a deployment take; used where the configuration names no limit."""


class Phase(StrEnum):
    """Where a deployment stands."""

    LAUNCHING = "launching"
    BAKING = "baking"
    COMPLETED = "completed"
    FAILED = "failed"


@dataclass(frozen=True, kw_only=True)
class Stage:
    """One traffic step: how many new instances of each variant take traffic, and how long that is watched."""

    active: Mapping[str, int]
    capacity: str
    bake_seconds: float
    wait_name: str

    def message(self, variant: str) -> str:
        """Return AWS's words for a variant that bakes in this stage."""
        return (
            f"Baking for {self.bake_seconds:g} seconds ({self.wait_name}) with traffic enabled on "
            f"{self.capacity} capacity of {self.active[variant]} instance(s)."
        )


@dataclass(frozen=True, kw_only=True)
class Plan:
    """A deployment: its stages in order, the alarms that send it back, and the time it may take in all."""

    stages: tuple[Stage, ...]
    alarms: tuple[str, ...] = ()
    timeout_seconds: float = _DEFAULT_TIMEOUT_SECONDS


@dataclass(frozen=True, kw_only=True)
class Observed:
    """What the driver sees: seconds since the start, whether the new fleet serves, and the alarms' states."""

    elapsed: float
    launched: bool
    launch_failure: str | None = None
    alarms: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class State:
    """A moment of a deployment; `since` is when the current phase or stage began, in seconds from the start."""

    phase: Phase = Phase.LAUNCHING
    stage: int = 0
    since: float = 0.0
    reason: str | None = None


def decide(plan: Plan, state: State, seen: Observed) -> State:
    """Return the next state; the same state when there is nothing to do yet."""
    if state.phase in (Phase.COMPLETED, Phase.FAILED):
        return state
    trouble = _trouble(plan, state, seen)
    if trouble:
        return replace(state, phase=Phase.FAILED, since=seen.elapsed, reason=trouble)
    if state.phase is Phase.LAUNCHING:
        return State(phase=Phase.BAKING, since=seen.elapsed) if seen.launched else state
    if seen.elapsed - state.since < plan.stages[state.stage].bake_seconds:
        return state
    if state.stage + 1 < len(plan.stages):
        return State(phase=Phase.BAKING, stage=state.stage + 1, since=seen.elapsed)
    return State(phase=Phase.COMPLETED, stage=state.stage, since=seen.elapsed)


def _trouble(plan: Plan, state: State, seen: Observed) -> str | None:
    if seen.launch_failure:
        return seen.launch_failure
    if seen.elapsed > plan.timeout_seconds:
        return f"The deployment exceeded MaximumExecutionTimeoutInSeconds ({plan.timeout_seconds:g} seconds)."
    # Alarms are asked from the moment the new fleet could take traffic: an alarm that is on already stops it there.
    if state.phase is Phase.LAUNCHING and not seen.launched:
        return None
    missing = [name for name in plan.alarms if name not in seen.alarms]
    if missing:
        return f"Alarm(s) configured for auto rollback do not exist: {', '.join(missing)}."
    tripped = [name for name in plan.alarms if seen.alarms[name] == "ALARM"]
    if tripped:
        return f"One or more alarms configured for auto rollback are in ALARM state: {', '.join(tripped)}."
    return None


def plan_deployment(config: Mapping[str, Any], counts: Mapping[str, int]) -> Plan:
    """Return the plan of a checked `DeploymentConfig` for a new fleet of `counts` instances by variant."""
    policy: Mapping[str, Any] = config.get("BlueGreenUpdatePolicy", {})
    routing: Mapping[str, Any] = policy.get("TrafficRoutingConfiguration", {})
    wait = float(routing.get("WaitIntervalInSeconds", 0))
    last = Stage(
        active=counts,
        capacity="full",
        bake_seconds=float(policy.get("TerminationWaitInSeconds", 0)),
        wait_name="TerminationWaitInSeconds",
    )
    steps = [
        Stage(active=active, capacity=capacity, bake_seconds=wait, wait_name="WaitIntervalInSeconds")
        for active, capacity in _steps(routing, counts)
    ]
    rollback: Mapping[str, Any] = config.get("AutoRollbackConfiguration", {})
    return Plan(
        stages=(*steps, last),
        alarms=tuple(alarm["AlarmName"] for alarm in rollback.get("Alarms", ())),
        timeout_seconds=float(policy.get("MaximumExecutionTimeoutInSeconds", _DEFAULT_TIMEOUT_SECONDS)),
    )


def capacity_instances(size: Mapping[str, Any], count: int) -> int:
    """Return how many of `count` instances a `CapacitySize` means: shares are rounded down, but at least one."""
    if size["Type"] == "INSTANCE_COUNT":
        return int(size["Value"])
    return max(1, count * int(size["Value"]) // 100)


def _steps(routing: Mapping[str, Any], counts: Mapping[str, int]) -> list[tuple[Mapping[str, int], str]]:
    kind = routing.get("Type", "ALL_AT_ONCE")
    if kind == "CANARY":
        canary = {name: capacity_instances(routing["CanarySize"], count) for name, count in counts.items()}
        return [(canary, "canary")]
    if kind == "LINEAR":
        return _linear_steps(routing["LinearStepSize"], counts)
    # One step has no later step to wait for; a wait asked for all the same is baked on full capacity.
    return [(counts, "full")] if routing.get("WaitIntervalInSeconds") else []


def _linear_steps(size: Mapping[str, Any], counts: Mapping[str, int]) -> list[tuple[Mapping[str, int], str]]:
    step = {name: capacity_instances(size, count) for name, count in counts.items()}
    steps: list[tuple[Mapping[str, int], str]] = []
    number = 1
    while any(step[name] * number < count for name, count in counts.items()):
        steps.append(({name: min(count, step[name] * number) for name, count in counts.items()}, "partial"))
        number += 1
    return steps
