"""What a deployment does next: a pure state machine over a plan and what is observed.

Knows nothing of strategies: blue/green and rolling updates and their rollbacks are plans of the same stages
(`plans.py`), each with a side that rises (its instances are launched and take traffic) and one that falls (they go).
`rollout.py` carries the decisions out.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum

DEFAULT_TIMEOUT_SECONDS = 28800.0
"""The longest that AWS lets a deployment take; used where the configuration names no limit."""


class Phase(StrEnum):
    """Where a deployment stands."""

    LAUNCHING = "launching"
    BAKING = "baking"
    COMPLETED = "completed"
    FAILED = "failed"


@dataclass(frozen=True, kw_only=True)
class Stage:
    """One step, in instances by variant.

    The rising side has `launch` instances, of which `active` take traffic; that is watched for `bake_seconds`, and then
    the falling side keeps `keep` of its instances.
    """

    launch: Mapping[str, int]
    active: Mapping[str, int]
    keep: Mapping[str, int]
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
    """A deployment: its stages in order, the alarms that send it back, the time it may take, and how it goes back.

    `back_to` is how many instances of each variant the falling side has before the deployment; a rollback launches them
    again `back_step` at a time.
    """

    stages: tuple[Stage, ...]
    back_to: Mapping[str, int] = field(default_factory=dict)
    back_step: Mapping[str, int] = field(default_factory=dict)
    alarms: tuple[str, ...] = ()
    timeout_seconds: float = DEFAULT_TIMEOUT_SECONDS


@dataclass(frozen=True, kw_only=True)
class Observed:
    """What the driver sees: seconds since the start, whether the stage's instances serve, and the alarms' states."""

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
        return replace(state, phase=Phase.BAKING, since=seen.elapsed) if seen.launched else state
    if seen.elapsed - state.since < plan.stages[state.stage].bake_seconds:
        return state
    return _after(plan, state.stage, seen.elapsed)


def alarms_count(state: State, *, launched: bool) -> bool:
    """Return whether alarms are asked: from the moment the rising side could take traffic, and never again not.

    So an alarm that is on already stops a deployment before it takes traffic.
    """
    return launched or state.stage > 0 or state.phase is Phase.BAKING


def _after(plan: Plan, done: int, elapsed: float) -> State:
    if done + 1 == len(plan.stages):
        return State(phase=Phase.COMPLETED, stage=done, since=elapsed)
    more = plan.stages[done + 1].launch != plan.stages[done].launch
    return State(phase=Phase.LAUNCHING if more else Phase.BAKING, stage=done + 1, since=elapsed)


def _trouble(plan: Plan, state: State, seen: Observed) -> str | None:
    if seen.launch_failure:
        return seen.launch_failure
    if seen.elapsed > plan.timeout_seconds:
        return f"The deployment exceeded MaximumExecutionTimeoutInSeconds ({plan.timeout_seconds:g} seconds)."
    if not alarms_count(state, launched=seen.launched):
        return None
    missing = [name for name in plan.alarms if name not in seen.alarms]
    if missing:
        return f"Alarm(s) configured for auto rollback do not exist: {', '.join(missing)}."
    tripped = [name for name in plan.alarms if seen.alarms[name] == "ALARM"]
    if tripped:
        return f"One or more alarms configured for auto rollback are in ALARM state: {', '.join(tripped)}."
    return None
