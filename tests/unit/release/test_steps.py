from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stacks.outputs import Strategy, StrategyType
from trainyard.release.steps import instances_needed, steps, waits


def strategy(kind: StrategyType, **changes: Any) -> Strategy:
    dials = {"canary_percent": 20, "linear_percent": 25, "rolling_percent": 25, "bake_seconds": 60}
    return Strategy(**{"type": kind, "timeout_seconds": 1800, **dials, **changes})


@pytest.mark.parametrize(
    ("kind", "count", "reached"),
    [
        ("all_at_once", 1, [1]),
        ("all_at_once", 10, [10]),
        ("canary", 2, [1, 2]),
        ("canary", 10, [2, 10]),
        ("linear", 2, [1, 2]),
        ("linear", 10, [2, 4, 6, 8, 10]),
        ("linear", 9, [2, 4, 6, 8, 9]),
        ("rolling", 3, [1, 2, 3]),
        ("rolling", 10, [2, 4, 6, 8, 10]),
    ],
)
def test_a_strategy_reaches_the_whole_fleet_in_its_steps(kind: StrategyType, count: int, reached: list[int]) -> None:
    assert [step.instances for step in steps(strategy(kind), count)] == reached
    assert waits(strategy(kind), count) == 60 * len(reached)


@given(st.sampled_from(["canary", "linear", "rolling"]), st.integers(min_value=2, max_value=200), st.integers(10, 50))
def test_steps_grow_end_with_all_and_never_begin_with_more_than_half(kind: Any, count: int, percent: int) -> None:
    shares = {"canary_percent": percent, "linear_percent": percent, "rolling_percent": percent}
    reached = [step.instances for step in steps(strategy(kind, **shares), count)]
    assert all(earlier < later for earlier, later in pairwise(reached))
    assert reached[-1] == count
    assert reached[0] <= count / 2


def test_blue_green_needs_the_fleet_twice_and_rolling_a_batch_more() -> None:
    assert instances_needed(strategy("canary"), 10, same_type=True) == 21
    assert instances_needed(strategy("linear"), 10, same_type=True) == 21
    assert instances_needed(strategy("all_at_once"), 10, same_type=True) == 21
    assert instances_needed(strategy("rolling"), 10, same_type=True) == 13


def test_a_fleet_of_another_type_has_its_quota_to_itself() -> None:
    assert instances_needed(strategy("canary"), 10, same_type=False) == 11
