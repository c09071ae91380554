from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from infra.night_floor import NightFloorArgs, every_hour


def test_a_night_passes_midnight() -> None:
    assert every_hour(22, 6) == "cron(0 0,1,2,3,4,5,22,23 * * ? *)"
    assert every_hour(6, 22) == "cron(0 6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21 * * ? *)"


def hours(schedule: str) -> list[int]:
    return [int(hour) for hour in schedule.removeprefix("cron(0 ").split(" ")[0].split(",")]


@given(st.integers(0, 23), st.integers(0, 23))
def test_every_hour_of_a_day_has_exactly_one_minimum(begins: int, ends: int) -> None:
    if begins != ends:
        covered = Counter([*hours(every_hour(begins, ends)), *hours(every_hour(ends, begins))])
        assert covered == Counter(range(24))
        assert begins in hours(every_hour(begins, ends))
        assert ends in hours(every_hour(ends, begins))


def test_a_night_without_a_length_is_refused_by_name() -> None:
    with pytest.raises(ValueError, match="begins_hour and ends_hour are both 6"):
        NightFloorArgs(timezone="Europe/London", begins_hour=6, ends_hour=6, night_minimum=1, day_minimum=2)
