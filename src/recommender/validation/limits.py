"""Limits: how much may be wrong before a run stops. They are dials of the environment and arrive as arguments."""

import argparse
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

from recommender.errors import BadOrders


@dataclass(frozen=True, kw_only=True)
class Limits:
    """How much may be wrong."""

    quarantined_percent: float = 1.0
    """Rows in quarantine, of all rows, at most."""
    percent_by_reason: dict[str, float] = field(default_factory=dict[str, float])
    """The same for the rows of one reason; a reason that is not named has only the limit of all."""
    age_days: int = 0
    """Age of the last order, at most; 0 tells the age and does not judge it, for sets that are history."""
    volume_tolerance: float = 4.0
    """How many times as many rows as expected the last four weeks may have, or one part in so many."""
    history_tolerance_percent: float = 5.0
    """Of a busy day or of all days that were accepted before, rows or amounts that may differ now; 100 stops nothing
    that differs from the snapshot that was accepted last."""


def parse_limits(arguments: Sequence[str], reasons: Collection[str]) -> Limits:
    """Read the limits from the step's arguments.

    Raises:
        BadOrders: a reason is limited that no rule gives.
    """
    parser = argparse.ArgumentParser(prog="recommender validate")
    parser.add_argument("--maximum-quarantined-percent", type=float, default=Limits.quarantined_percent)
    parser.add_argument("--maximum-percent-of", action="append", default=[], metavar="REASON=PERCENT", type=_pair)
    parser.add_argument("--maximum-age-days", type=int, default=Limits.age_days, help="0: do not judge the age")
    parser.add_argument("--volume-tolerance", type=float, default=Limits.volume_tolerance)
    parser.add_argument("--history-tolerance-percent", type=float, default=Limits.history_tolerance_percent)
    given = parser.parse_args(arguments)
    by_reason: dict[str, float] = dict(given.maximum_percent_of)
    unknown = sorted(set(by_reason) - set(reasons))
    if unknown:
        raise BadOrders(f"no rule gives the reason {', '.join(unknown)}; reasons are {', '.join(sorted(reasons))}")
    return Limits(
        quarantined_percent=given.maximum_quarantined_percent,
        percent_by_reason=by_reason,
        age_days=given.maximum_age_days,
        volume_tolerance=given.volume_tolerance,
        history_tolerance_percent=given.history_tolerance_percent,
    )


def _pair(text: str) -> tuple[str, float]:
    reason, _, percent = text.partition("=")
    return reason, float(percent)
