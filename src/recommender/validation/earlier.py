"""A snapshot against the one that was accepted last: what was true of the past must still be."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from recommender.validation.earlier_shares import check_shares
from recommender.validation.finding import ROWS_NAMED, Finding, Level, graded
from recommender.validation.limits import Limits
from recommender.validation.record import Day, Record
from recommender.validation.recording import measure_new

BUSY = 20
"""Rows of a day from which on it is judged by itself: one late row of a quiet day is a large share of it."""

_NOTHING = Day(rows=0, amount=0.0, gross=0.0)


@dataclass(frozen=True, kw_only=True)
class Moved:
    """A day that is not as it was accepted."""

    day: date
    before: Day
    after: Day


def check_earlier(backend: Any, record: Record, accepted: Record | None, limits: Limits) -> list[Finding]:
    """Compare what a snapshot's record says with the record that was accepted last."""
    if accepted is None:
        message = "no snapshot of this service was accepted before: this is the first, compared with none"
        return [Finding(check="earlier", level=Level.OK, message=message)]
    of_days = [*_check_days(record, accepted, limits), _end(record, accepted)]
    if is_older(record, accepted):
        return of_days
    return [*of_days, *check_shares(record, accepted, measure_new(backend, accepted.last_day), limits)]


def is_older(record: Record, accepted: Record | None) -> bool:
    """Return whether a snapshot ends before the accepted one: an old one was asked for, which teaches nothing new."""
    return accepted is not None and record.last_day < accepted.last_day


def moved_days(record: Record, accepted: Record) -> list[Moved]:
    """Return the days that differ, before the last day of either: that one may have been under way."""
    end = min(record.last_day, accepted.last_day)
    pairs = (
        Moved(day=day, before=accepted.days.get(day, _NOTHING), after=record.days.get(day, _NOTHING))
        for day in _days(record.days, accepted.days, end)
    )
    return [pair for pair in pairs if pair.before != pair.after]


def _days(after: Mapping[date, Day], before: Mapping[date, Day], end: date) -> list[date]:
    return sorted(day for day in {*after, *before} if day < end)


def _check_days(record: Record, accepted: Record, limits: Limits) -> list[Finding]:
    moved = moved_days(record, accepted)
    end = min(record.last_day, accepted.last_day)
    sizes = [day for at, day in accepted.days.items() if at < end]
    lost, gained = (sum(max(way * (one.after.rows - one.before.rows), 0) for one in moved) for way in (-1, 1))
    return [
        _graded(
            "earlier_rows",
            f"{lost} rows are gone and {gained} have come",
            [one for one in moved if one.before.rows != one.after.rows],
            sum(day.rows for day in sizes),
            lambda one: abs(one.after.rows - one.before.rows),
            lambda one: max(one.after.rows, one.before.rows),
            lambda one: f"{one.day}: {one.before.rows} rows, now {one.after.rows}",
            limits,
        ),
        _graded(
            "earlier_amounts",
            "amounts are others",
            [one for one in moved if one.before.amount != one.after.amount],
            sum(day.gross for day in sizes),
            lambda one: abs(one.after.amount - one.before.amount),
            lambda one: max(one.after.gross, one.before.gross),
            lambda one: f"{one.day}: {one.before.amount:.2f}, now {one.after.amount:.2f}",
            limits,
        ),
    ]


def _graded(
    check: str,
    what: str,
    moved: Sequence[Moved],
    whole: float,
    by: Callable[[Moved], float],
    of: Callable[[Moved], float],
    name: Callable[[Moved], str],
    limits: Limits,
) -> Finding:
    """Grade the larger of two shares: of the busy day that moved most, and of all days together."""
    total = _share(sum(map(by, moved)), max(whole, sum(map(of, moved))))
    worst = max((_share(by(one), of(one)) for one in _busy(moved)), default=0.0)
    limit = limits.history_tolerance_percent
    message = (
        f"{what} on {len(moved)} days that were accepted before: {total:.2g} % of all, and {worst:.3g} % of the day "
        f"that moved most (at most {limit:g} % may, of either)"
    )
    named = [name(one) for one in sorted(moved, key=by, reverse=True)[:ROWS_NAMED]]
    return graded(check, max(total, worst), message, warning=0, failure=limit, rows=named)


def _busy(moved: Iterable[Moved]) -> list[Moved]:
    return [one for one in moved if max(one.before.rows, one.after.rows) >= BUSY]


def _share(part: float, whole: float) -> float:
    """Return percent, at most 100: a sale that became a return moves its amount twice."""
    return min(100 * part / whole, 100.0) if whole else 0.0


def _end(record: Record, accepted: Record) -> Finding:
    older = is_older(record, accepted)
    message = f"the orders end on {record.last_day}, those accepted before on {accepted.last_day}"
    if older:
        message += ": an older snapshot, compared up to its end, which does not take that one's place"
    return Finding(check="earlier_end", level=Level.WARNING if older else Level.OK, message=message)
