"""A finding: what one check saw."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

ROWS_NAMED = 10
"""Rows named per finding: enough to see the pattern, few enough to read."""


class Level(StrEnum):
    """How bad a finding is."""

    OK = "ok"
    WARNING = "warning"
    FAILURE = "failure"


@dataclass(frozen=True, kw_only=True)
class Finding:
    """What one check saw, in numbers and in a sentence."""

    check: str
    level: Level
    message: str
    value: float | None = None
    """What was measured: a count, a share or days, as the message says."""

    warning_limit: float | None = None
    failure_limit: float | None = None
    rows: Sequence[str] = ()
    """The first rows concerned, named for a person."""

    def document(self) -> dict[str, Any]:
        """Return the finding as JSON types."""
        return asdict(self) | {"rows": list(self.rows)}


def graded(
    check: str,
    value: float,
    message: str,
    *,
    warning: float,
    failure: float | None = None,
    rows: Sequence[str] = (),
) -> Finding:
    """Return a finding whose level follows from limits that the value must not exceed."""
    level = Level.OK
    if failure is not None and value > failure:
        level = Level.FAILURE
    elif value > warning:
        level = Level.WARNING
    return Finding(
        check=check, level=level, message=message, value=value, warning_limit=warning, failure_limit=failure, rows=rows
    )
