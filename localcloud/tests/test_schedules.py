from datetime import UTC, datetime, timedelta

import pytest

from localcloud.errors import ValidationError
from localcloud.schedules import next_time, parse_schedule

WEDNESDAY = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)


def due(expression: str, zone: str | None = None, after: datetime = WEDNESDAY, speed: float = 1, **given) -> str | None:
    limits = {"start": WEDNESDAY, "end": None, **given}
    found = next_time(parse_schedule(expression, zone), after, speed=speed, **limits)
    return found and found.strftime("%m-%d %H:%M")


@pytest.mark.parametrize(
    ("expression", "zone", "moment"),
    [
        ("at(2026-12-01T08:30:00)", None, "12-01 08:30"),
        ("at(2026-12-01T08:30:00)", "Europe/Berlin", "12-01 07:30"),
        ("rate(1 hour)", None, "11-25 13:00"),
        ("rate(2 days)", None, "11-27 12:00"),
        ("cron(0 18 * * ? *)", None, "11-25 18:00"),
        ("cron(0 8 * * ? *)", "Europe/Berlin", "11-26 07:00"),
        ("cron(0 8 ? * MON-FRI *)", None, "11-26 08:00"),
        ("cron(0 8 ? * 2-6 *)", None, "11-26 08:00"),
        ("cron(0 8 ? * 1 *)", None, "11-29 08:00"),
        ("cron(0 8 ? * 6L *)", None, "11-27 08:00"),
        ("cron(0 8 ? * 2#1 *)", None, "12-07 08:00"),
        ("cron(0 8 L * ? *)", None, "11-30 08:00"),
        ("cron(0/20 12 25 11 ? 2026)", None, "11-25 12:20"),
    ],
)
def test_expressions_mean_what_aws_says(expression, zone, moment) -> None:
    assert due(expression, zone) == moment


def test_a_weekday_of_sunday_is_one_as_at_aws_and_not_zero_as_in_unix() -> None:
    assert due("cron(0 8 ? * 4 *)", after=WEDNESDAY + timedelta(days=1)) == due(
        "cron(0 8 ? * WED *)", after=WEDNESDAY + timedelta(days=1)
    )


def test_the_hour_of_the_wall_clock_stays_over_a_change_to_summer_time() -> None:
    before, after = datetime(2027, 3, 27, 0, tzinfo=UTC), datetime(2027, 3, 28, 12, tzinfo=UTC)
    assert due("cron(0 8 * * ? *)", "Europe/Berlin", before) == "03-27 07:00"
    assert due("cron(0 8 * * ? *)", "Europe/Berlin", after) == "03-29 06:00"


def test_a_moment_that_is_over_never_comes_again() -> None:
    assert due("at(2026-11-25T12:00:00)") is None
    assert due("cron(0 8 1 1 ? 2026)") is None


def test_start_and_end_limit_what_is_due() -> None:
    later = WEDNESDAY + timedelta(days=3)
    assert due("cron(0 18 * * ? *)", start=later) == "11-28 18:00"
    assert due("rate(1 hour)", start=later) == "11-28 13:00"
    assert due("at(2026-11-26T08:00:00)", start=later) is None
    assert due("rate(1 day)", end=WEDNESDAY + timedelta(hours=23)) is None


def test_only_rates_are_divided_by_the_speed() -> None:
    assert due("rate(1 hour)", speed=60) == "11-25 12:01"
    assert due("cron(0 18 * * ? *)", speed=60) == "11-25 18:00"


def test_a_rate_keeps_its_beat() -> None:
    assert due("rate(10 minutes)", after=WEDNESDAY + timedelta(minutes=25)) == "11-25 12:30"


@pytest.mark.parametrize(
    ("expression", "why"),
    [
        ("every day", "it must be at"),
        ("at(tomorrow)", "a moment is"),
        ("rate(1 hours)", "a rate is"),
        ("rate(5 minute)", "a rate is"),
        ("rate(0 minutes)", "a rate is"),
        ("cron(0 8 * * ?)", "six fields"),
        ("cron(0 8 * * * *)", r"must be \?"),
        ("cron(0 8 ? * ? *)", r"must be \?"),
        ("cron(0 25 * * ? *)", "cannot be read"),
    ],
)
def test_an_expression_that_aws_would_not_take_is_refused(expression, why) -> None:
    with pytest.raises(ValidationError, match=why):
        parse_schedule(expression, None)


def test_an_unknown_time_zone_is_refused() -> None:
    with pytest.raises(ValidationError, match="'Mars/Olympus' is not one of the IANA database"):
        parse_schedule("rate(1 hour)", "Mars/Olympus")
