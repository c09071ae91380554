from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from recommender.errors import BadSource
from recommender.ingest.keys import SETTLED_AFTER, Gap, Keys, KeysRead
from recommender.ingest.source import ranges

TODAY = date(2024, 3, 1)


def keys(*numbers: int) -> Keys:
    return np.array(numbers, dtype=np.int64)


def asked_for(read: KeysRead, key: int) -> bool:
    return any(first <= key and (last is None or key <= last) for asked in ranges(read) for first, last in asked)


@given(st.lists(st.tuples(st.integers(1, 60), st.integers(0, 6)), unique_by=lambda pair: pair[0], max_size=60))
def test_rows_that_appear_in_any_order_are_each_read_exactly_once(appearing: list[tuple[int, int]]) -> None:
    """Each key becomes visible before one of seven runs, whatever keys were read before."""
    read, taken = KeysRead(), list[int]()
    for run in range(7):
        visible = sorted(key for key, appears in appearing if appears <= run)
        new = [key for key in visible if asked_for(read, key)]
        taken += new
        read = read.with_keys(keys(*new), TODAY)
    assert sorted(taken) == sorted(key for key, _ in appearing)


@given(st.sets(st.integers(1, 500)), st.integers(1, 7))
def test_how_rows_are_cut_into_chunks_changes_nothing(found: set[int], size: int) -> None:
    rising = keys(*sorted(found))
    whole = KeysRead().with_keys(rising, TODAY)
    read = KeysRead()
    for start in range(0, len(rising), size):
        read = read.with_keys(rising[start : start + size], TODAY)
    assert read == whole


def test_a_gap_is_dated_when_it_was_missed_first_and_given_up_after_its_time() -> None:
    read = KeysRead().with_keys(keys(1, 5), TODAY).with_keys(keys(3, 9), TODAY + timedelta(days=1))
    assert [(gap.first, gap.last) for gap in read.gaps] == [(2, 2), (4, 4), (6, 8)]
    assert [gap.seen.day for gap in read.gaps] == [1, 1, 2]
    assert read.settled(TODAY + SETTLED_AFTER) == read
    assert read.settled(TODAY + SETTLED_AFTER + timedelta(days=1)).gaps == (read.gaps[2],)


@pytest.mark.parametrize(
    ("found", "reason"),
    [
        ((0, 1), "the key 0 is not positive"),
        ((12, 12), "the key 12 is not unique"),
        ((12, 11), "the key 11 is not unique"),
        ((4,), "rows again that had been read before"),
    ],
)
def test_keys_that_are_no_primary_key_are_refused(found: tuple[int, ...], reason: str) -> None:
    read = KeysRead(watermark=10, gaps=(Gap(first=5, last=6, seen=TODAY),))
    with pytest.raises(BadSource, match=reason):
        read.with_keys(keys(*found), TODAY)
