"""A strategy as steps, before SageMaker takes them: how many instances at a time, how long each is watched. Pure.

SageMaker does not say how it rounds a share of the instances; rounded down, but at least one, gives the most steps and
so the longest wait.
"""

from dataclasses import dataclass

from stacks.outputs import Strategy


@dataclass(frozen=True, kw_only=True)
class Step:
    """One step of an update."""

    instances: int
    """Of the new fleet that have traffic once it is taken."""
    wait_seconds: int
    """How long alarms are watched before the next."""


def share(percent: int, count: int) -> int:
    """Return how many of `count` instances a share means."""
    return max(1, count * percent // 100)


def steps(strategy: Strategy, count: int) -> tuple[Step, ...]:
    """Return the steps to a new fleet of `count` instances; the last one has all of them."""
    first = {
        "all_at_once": count,
        "canary": share(strategy.canary_percent, count),
        "linear": share(strategy.linear_percent, count),
        "rolling": share(strategy.rolling_percent, count),
    }[strategy.type]
    taken = [first] if strategy.type in ("all_at_once", "canary") else list(range(first, count, first))
    if not taken or taken[-1] < count:
        taken.append(count)
    return tuple(Step(instances=instances, wait_seconds=strategy.bake_seconds) for instances in taken)


def waits(strategy: Strategy, count: int) -> int:
    """Return the seconds that an update watches alarms in all: it cannot take less."""
    return sum(step.wait_seconds for step in steps(strategy, count))


def instances_needed(strategy: Strategy, count: int, *, same_type: bool) -> int:
    """Return how many instances of the new fleet's type a release may have at once, its pre-release one included.

    Blue/green runs both fleets side by side, rolling one batch more than the fleet.

    Args:
        strategy: how the update goes.
        count: instances of the new fleet.
        same_type: whether the old fleet has that type too.
    """
    if not same_type:
        return count + 1
    beside = share(strategy.rolling_percent, count) if strategy.type == "rolling" else count
    return count + beside + 1
