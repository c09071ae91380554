from datetime import date, timedelta

from recommender.validation.weeks import Week, expect, weeks_of


def weeks(*rows: int) -> list[Week]:
    return expect([Week(first_day=date(2022, 1, 3) + timedelta(days=7 * at), rows=n) for at, n in enumerate(rows)])


def test_weeks_are_counted_back_from_the_last_day_and_empty_ones_count() -> None:
    days = {date(2024, 1, 1): 5, date(2024, 1, 22): 2, date(2024, 1, 28): 3}
    assert [(week.first_day, week.rows) for week in weeks_of(days)] == [
        (date(2024, 1, 1), 5),
        (date(2024, 1, 8), 0),
        (date(2024, 1, 15), 0),
        (date(2024, 1, 22), 5),
    ]
    assert weeks_of({}) == []


def test_the_first_weeks_have_no_band() -> None:
    assert [week.expected for week in weeks(9, 10, 10, 10, 10, 10)] == [None, None, None, None, None, 10]


def test_one_odd_week_moves_neither_what_is_expected_nor_the_band() -> None:
    even = weeks(*[100] * 10)[-1]
    assert weeks(*[100] * 5, 4000, *[100] * 4)[-1] == even
    assert (round(even.low or 0), round(even.high or 0)) == (62, 162)


def test_a_week_outside_of_its_band_is_strange() -> None:
    assert [week.strange for week in weeks(*[100] * 9, 170)[-2:]] == [False, True]


def test_a_shop_whose_weeks_differ_has_a_wider_band() -> None:
    assert not weeks(*[60, 100, 170] * 4, 300)[-1].strange


def test_the_season_of_the_year_before_is_expected_again() -> None:
    year = [100] * 44 + [300] * 8
    rush = weeks(*year, *[100] * 44, 300)[-1]
    assert (rush.expected, rush.strange) == (300, False)
    missed = weeks(*year, *[100] * 45)[-1]
    assert (missed.expected, missed.strange) == (300, True)
