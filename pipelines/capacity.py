"""What becomes of a run that AWS has no instances for: the next instance type of its list, or the end. Pure.

A training job without instances ends as Failed with the reason CapacityError (SageMaker AI guide, "Retry Policy for
Pipeline Steps"). ResourceLimitExceeded is another matter: the account's own quota of a type. It passes when the quota
is raised, not when others give instances back, and to train elsewhere would hide it; so it is tried again and then
ends the run.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from pipelines.execution import Progress
from pipelines.parameters import FALLBACK_INSTANCE_TYPES, LACKING_INSTANCE_TYPES, NO_TYPES, TRAINING_INSTANCE_TYPE

_TRAIN = "Train"
_LACKING = re.compile(r"\w*CapacityError\b")


@dataclass(frozen=True, kw_only=True)
class Fallback:
    """How a run goes on."""

    instance_type: str
    """To train on now."""
    lacking: tuple[str, ...]
    """The types that had no capacity before it."""

    @property
    def parameters(self) -> dict[str, str]:
        """The pipeline parameters that differ from those of the execution before."""
        return {TRAINING_INSTANCE_TYPE: self.instance_type, LACKING_INSTANCE_TYPES: written(self.lacking)}


def lacks_capacity(progress: Progress) -> bool:
    """Return whether a run ended because AWS had no instances to train on."""
    train = progress.step(_TRAIN)
    return progress.status == "Failed" and train is not None and bool(_LACKING.match(train.failure))


def lacking(progress: Progress, given: Mapping[str, str]) -> tuple[str, ...]:
    """Return the types that had no capacity for a run, the last one's failure included, in the order of the tries.

    Args:
        progress: the run's last execution.
        given: all of its parameters.
    """
    if not lacks_capacity(progress) or TRAINING_INSTANCE_TYPE not in given:
        return ()
    return (*read(given.get(LACKING_INSTANCE_TYPES, NO_TYPES)), given[TRAINING_INSTANCE_TYPE])


def fallback(progress: Progress, given: Mapping[str, str]) -> Fallback | None:
    """Return how a run that has ended goes on; None where it ended otherwise, or has tried every type that it may.

    Args:
        progress: the execution that ended.
        given: all of its parameters.
    """
    tried = lacking(progress, given)
    left = [each for each in read(given.get(FALLBACK_INSTANCE_TYPES, NO_TYPES)) if each not in tried]
    return Fallback(instance_type=left[0], lacking=tried) if tried and left else None


def read(text: str) -> tuple[str, ...]:
    """Return the instance types of a parameter's value."""
    return () if text == NO_TYPES else tuple(text.split(","))


def written(types: tuple[str, ...] | list[str]) -> str:
    """Return instance types as a parameter's value, which may not be empty."""
    return ",".join(types) or NO_TYPES
