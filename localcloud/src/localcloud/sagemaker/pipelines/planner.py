"""Which steps can start now, which never will, and how an execution ends: decided from the steps' states. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

from localcloud.sagemaker.pipelines.definition import Definition, Step

_TERMINAL = ("Succeeded", "Failed", "Stopped")
_LETS_RUN = {
    "Completed": ("Succeeded",),
    "Failed": ("Failed",),
    "Stopped": ("Stopped",),
    "Any": _TERMINAL,
}


@dataclass(frozen=True)
class StepState:
    """A step that has started: its StepStatus, and a Condition step's outcome."""

    status: str
    outcome: bool | None = None

    @property
    def ended(self) -> bool:
        """Whether the step will not change any more."""
        return self.status in _TERMINAL


class _Prospect(Enum):
    STARTED = 0
    READY = 1
    WAITING = 2
    NEVER = 3


def ready_steps(definition: Definition, states: Mapping[str, StepState]) -> list[str]:
    """Return the steps that can start now, in the order of the definition."""
    prospects = _prospects(definition, states)
    return [name for name in definition.steps if prospects[name] is _Prospect.READY]


def _prospects(definition: Definition, states: Mapping[str, StepState]) -> dict[str, _Prospect]:
    known: dict[str, _Prospect] = {}

    def of(name: str) -> _Prospect:
        if name not in known:
            if name in states:
                known[name] = _Prospect.STARTED
            else:
                needs = [need(other, allowed) for other, allowed in _needs(definition.steps[name])]
                needs.append(branch(definition.steps[name]))
                known[name] = max(needs, key=lambda prospect: prospect.value)
        return known[name]

    def need(name: str, allowed: tuple[str, ...]) -> _Prospect:
        prospect = of(name)
        if prospect is not _Prospect.STARTED:
            return _Prospect.NEVER if prospect is _Prospect.NEVER else _Prospect.WAITING
        state = states[name]
        if not state.ended:
            return _Prospect.WAITING
        return _Prospect.READY if state.status in allowed else _Prospect.NEVER

    def branch(step: Step) -> _Prospect:
        if step.branch is None:
            return _Prospect.READY
        prospect = need(step.branch.condition, ("Succeeded",))
        taken = states.get(step.branch.condition, StepState("")).outcome is step.branch.outcome
        return _Prospect.NEVER if prospect is _Prospect.READY and not taken else prospect

    return {name: of(name) for name in definition.steps}


def _needs(step: Step) -> list[tuple[str, tuple[str, ...]]]:
    explicit = [(dependency.step, _LETS_RUN[dependency.trigger]) for dependency in step.depends_on]
    return [*explicit, *((name, ("Succeeded",)) for name in sorted(step.referenced))]


def final_status(definition: Definition, states: Mapping[str, StepState], *, stopping: bool) -> str:
    """Return the status of an execution of which nothing runs and nothing can start.

    A failure that another step was there to run on makes it CompletedWithFailures, any other makes it Failed.
    """
    if stopping:
        return "Stopped"
    bad = {name for name, state in states.items() if state.status in ("Failed", "Stopped")}
    handled = {
        dependency.step
        for name in states
        for dependency in definition.steps[name].depends_on
        if dependency.trigger != "Completed"
    }
    if bad - handled:
        return "Failed"
    return "CompletedWithFailures" if bad else "Succeeded"
