"""A plan under way: which sides rise and fall, the traffic that a stage asks for, and the words that tell it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from localcloud.sagemaker.endpoints.deployment import Phase, Plan, Stage, State
from localcloud.sagemaker.endpoints.router import Target
from localcloud.sagemaker.endpoints.side import Side
from localcloud.sagemaker.endpoints.variants import VariantTarget, counts_of, describe_variant, sorted_variants


@dataclass(frozen=True, kw_only=True)
class Update:
    """What an accepted UpdateEndpoint asks for."""

    config: Mapping[str, Any]
    targets: Mapping[str, VariantTarget]
    plan: Plan
    started: datetime


@dataclass(kw_only=True)
class Course:
    """A plan under way: the update itself, or its rollback; `due` while the present stage is still to be launched."""

    plan: Plan
    rising: Side
    falling: Side
    state: State
    due: bool = True

    @property
    def stage(self) -> Stage:
        """The present stage."""
        return self.plan.stages[self.state.stage]

    def traffic(self) -> list[Target]:
        """Split each variant's weight between the sides, as the rising one's active instances to all it will have."""
        targets: list[Target] = []
        for name, active in self.stage.active.items():
            weight, whole = self.rising.targets[name].weight, self.plan.stages[-1].active[name]
            share = active / whole if whole else 1.0
            targets += self.rising.shares(name, weight * share, active)
            if share < 1:
                targets += self.falling.shares(name, weight * (1 - share), self.falling.counts().get(name, 0))
        return targets


def pending_summary(update: Update) -> dict[str, Any]:
    """Return the PendingDeploymentSummary of an update that has just been accepted."""
    launch = {**counts_of(update.targets), **update.plan.stages[0].launch}
    described = [
        describe_variant(name, target, current_count=0, status=("Creating", _launching(launch[name]), update.started))
        for name, target in update.targets.items()
    ]
    return {
        "EndpointConfigName": update.config["EndpointConfigName"],
        "StartTime": update.started,
        **sorted_variants(update.config, described),
    }


def variant_status(course: Course, name: str, *, back: bool) -> tuple[str, str]:
    """Return the stage and message of a variant of the new configuration; `back` says that the course is a rollback."""
    if back:
        return "Deleting", f"Rolling back to {course.stage.active.get(name, 0)} instance(s) of the old configuration."
    if course.state.phase is Phase.LAUNCHING:
        missing = course.stage.launch[name] - course.rising.counts()[name]
        return "Creating", _launching(missing)
    return "Baking", course.stage.message(name)


def _launching(count: int) -> str:
    return f"Launching {count} instance(s)."
