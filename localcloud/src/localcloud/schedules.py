"""When something scheduled is due: at(), rate() and cron() of Application Auto Scaling and EventBridge; pure.

Sources: Application Auto Scaling API reference, PutScheduledAction, and user guide, "Schedule expressions reference";
EventBridge user guide, "Setting a schedule pattern for scheduled rules" (which has no at()).
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from croniter import CroniterBadDateError, CroniterError, croniter

from localcloud.errors import ValidationError

_EXPRESSION = re.compile(r"(at|rate|cron)\((.+)\)")
_RATE = re.compile(r"([1-9]\d*) (minute|hour|day)(s?)")
_UNIT_SECONDS = {"minute": 60, "hour": 3600, "day": 86400}
_CRON_FIELDS = 6
_WEEKDAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")


@dataclass(frozen=True, kw_only=True)
class Schedule:
    """An expression that was checked; exactly one of the three kinds is there. `seconds` is a rate's period."""

    zone: ZoneInfo
    moment: datetime | None = None
    seconds: float = 0.0
    cron: str = ""


def parse_schedule(expression: str, zone: str | None) -> Schedule:
    """Return the schedule of an expression in a time zone of the IANA database (UTC without one).

    Raises:
        ValidationError: the expression or the zone is not valid.
    """
    found = _EXPRESSION.fullmatch(expression.strip())
    if not found:
        raise _invalid(expression, "it must be at(…), rate(…) or cron(…)")
    where = _zone(zone)
    if found[1] == "at":
        return Schedule(zone=where, moment=_moment(expression, found[2], where))
    if found[1] == "rate":
        return Schedule(zone=where, seconds=_rate(expression, found[2]))
    return Schedule(zone=where, cron=_cron(expression, found[2]))


def next_time(
    schedule: Schedule, after: datetime, *, start: datetime, end: datetime | None, speed: float
) -> datetime | None:
    """Return the first moment later than `after` at which the action is due, or None if it never is again.

    Args:
        schedule: when.
        after: a moment.
        start: not before it; a rate counts from here.
        end: not after it.
        speed: what a rate's period, a duration, is divided by; moments are not.
    """
    found = _next(schedule, after, start, speed)
    return None if found is None or (end is not None and found > end) else found


def _next(schedule: Schedule, after: datetime, start: datetime, speed: float) -> datetime | None:
    if schedule.moment is not None:
        return schedule.moment if schedule.moment > after and schedule.moment >= start else None
    if schedule.cron:
        # croniter looks for moments later than the given one; the start itself is one that counts.
        since = max(after, start - timedelta(seconds=1))
        try:
            return croniter(schedule.cron, since.astimezone(schedule.zone)).get_next(datetime).astimezone(UTC)
        except CroniterBadDateError:  # its years are over
            return None
    period = schedule.seconds / speed
    passed = max(0, int((after - start).total_seconds() // period))
    return start + timedelta(seconds=(passed + 1) * period)


def _zone(name: str | None) -> ZoneInfo:
    try:
        return ZoneInfo(name or "UTC")
    except (KeyError, ValueError, OSError):
        raise ValidationError(f"Timezone {name!r} is not one of the IANA database, such as Europe/Berlin.") from None


def _moment(expression: str, text: str, zone: ZoneInfo) -> datetime:
    try:
        return datetime.strptime(text, "%Y-%m-%dT%H:%M:%S").replace(tzinfo=zone).astimezone(UTC)
    except ValueError:
        raise _invalid(expression, "a moment is yyyy-mm-ddThh:mm:ss") from None


def _rate(expression: str, text: str) -> float:
    found = _RATE.fullmatch(text)
    if not found or (int(found[1]) == 1) == bool(found[3]):
        raise _invalid(expression, "a rate is such as rate(1 hour) or rate(5 minutes)")
    return int(found[1]) * _UNIT_SECONDS[found[2]]


def _cron(expression: str, text: str) -> str:
    """Return AWS's six fields as croniter's seven: weekdays from 0 instead of 1, then seconds before the year."""
    fields = text.split()
    if len(fields) != _CRON_FIELDS:
        raise _invalid(expression, "cron has six fields: minutes hours day-of-month month day-of-week year")
    if (fields[2] == "?") == (fields[4] == "?"):
        raise _invalid(expression, "one of day-of-month and day-of-week, and only one, must be ?")
    minutes, hours, day, month, weekday, year = fields
    converted = f"{minutes} {hours} {day} {month} {_weekday(weekday)} 0 {year}"
    try:
        croniter(converted)
    except (CroniterError, ValueError):
        raise _invalid(expression, "its fields cannot be read") from None
    return converted


def _weekday(field: str) -> str:
    last = re.fullmatch(r"([1-7])L", field, re.IGNORECASE)
    if last:
        return f"L{int(last[1]) - 1}"
    # The number after # or / is not a day.
    return re.sub(r"(?<![#/\d])[1-7](?!\d)", lambda day: _WEEKDAYS[int(day[0]) - 1], field)


def _invalid(expression: str, why: str) -> ValidationError:
    return ValidationError(f"Invalid schedule expression {expression!r}: {why}.")
