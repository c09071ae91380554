from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recommender.errors import BadOrders
from recommender.features.windows import Window, holdout_window, month_later, training_windows


def test_the_holdout_is_the_last_full_month() -> None:
    assert holdout_window(datetime(2011, 8, 31, 17)) == Window(cutoff=datetime(2011, 8, 1), end=datetime(2011, 9, 1))
    assert holdout_window(datetime(2011, 8, 15)) == Window(cutoff=datetime(2011, 7, 1), end=datetime(2011, 8, 1))


def test_a_month_that_ends_on_a_closed_day_is_full() -> None:
    assert holdout_window(datetime(2011, 12, 30)).cutoff == datetime(2011, 12, 1)


def test_a_cutoff_or_a_length_can_be_asked_for() -> None:
    last = datetime(2011, 8, 31)
    asked = holdout_window(last, cutoff=datetime(2011, 7, 5))
    assert asked == Window(cutoff=datetime(2011, 7, 5), end=datetime(2011, 8, 5))
    assert holdout_window(last, holdout_days=14) == Window(cutoff=datetime(2011, 8, 18), end=datetime(2011, 9, 1))


def test_the_month_after_the_thirty_first_ends_with_the_month() -> None:
    assert month_later(datetime(2023, 1, 31)) == datetime(2023, 2, 28)
    assert month_later(datetime(2023, 12, 5)) == datetime(2024, 1, 5)


@given(st.integers(1, 12), st.integers(1, 40), st.integers(0, 500))
def test_no_training_window_reaches_into_the_holdout(count: int, step_days: int, history: int) -> None:
    holdout = Window(cutoff=datetime(2011, 8, 1), end=datetime(2011, 9, 1))
    first = holdout.cutoff - timedelta(days=31 + 60 + history)
    windows = training_windows(first, holdout, count=count, step_days=step_days, history_days=60)
    assert 1 <= len(windows) <= count
    assert all(window.end <= holdout.cutoff for window in windows)
    assert all(window.cutoff - first >= timedelta(days=60) for window in windows)


def test_orders_too_short_to_learn_from_are_refused() -> None:
    holdout = Window(cutoff=datetime(2011, 8, 1), end=datetime(2011, 9, 1))
    with pytest.raises(BadOrders, match="60 days of history and 31 days of purchases are needed"):
        training_windows(datetime(2011, 7, 1), holdout, count=3, step_days=14, history_days=60)
