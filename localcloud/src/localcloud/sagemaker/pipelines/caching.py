"""When a step's earlier result stands for a new run. Pure."""

import hashlib
import json
import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from localcloud.errors import ValidationError

_DURATION = re.compile(
    r"P?(?:(?P<years>\d+)Y)?(?:(?P<months>\d+)M)?(?:(?P<weeks>\d+)W)?(?:(?P<days>\d+)D)?"
    r"(?:T(?:(?P<hours>\d+)H)?(?:(?P<minutes>\d+)M)?(?:(?P<seconds>\d+)S)?)?",
    re.IGNORECASE,
)
# What names a run or only labels it; two runs that differ in nothing else are the same.
_NOT_PART = ("ProcessingJobName", "TrainingJobName", "TransformJobName", "ExperimentConfig", "Tags")
_NAMES_THE_RUN = "Model"
"""The type of step whose ModelName is the name of what it makes; elsewhere it says what is worked with."""


def parse_duration(text: str) -> timedelta:
    """Return an ISO 8601 duration, as `P30D`, `p4dt12h` or `T12H`; a month is 30 days, a year 365.

    Raises:
        ValidationError: it is none.
    """
    found = _DURATION.fullmatch(text)
    parts = {key: int(value) for key, value in found.groupdict().items() if value} if found else {}
    if not parts:
        raise ValidationError(f"CacheConfig: ExpireAfter {text!r} is not an ISO 8601 duration such as P30D or PT1H.")
    days = parts.pop("years", 0) * 365 + parts.pop("months", 0) * 30 + parts.pop("days", 0)
    return timedelta(days=days, **parts)


def cache_key(step_type: str, arguments: Mapping[str, Any]) -> str:
    """Return the identity of a step's work: a hash of its type and resolved arguments."""
    left_out = (*_NOT_PART, "ModelName") if step_type == _NAMES_THE_RUN else _NOT_PART
    part = {key: value for key, value in arguments.items() if key not in left_out}
    return hashlib.sha256(json.dumps([step_type, part], sort_keys=True, default=str).encode()).hexdigest()


def is_fresh(ended: datetime, now: datetime, expire_after: timedelta | None) -> bool:
    """Return whether a result of `ended` may still be used at `now`."""
    return expire_after is None or now - ended <= expire_after
