from datetime import UTC, datetime, timedelta

import pytest

from localcloud.autoscaling.decision import Bounds, Past, Signal, Tracking, decide

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)


def tracking(value: float | None, state: str, name: str = "p", **changes) -> Tracking:
    """A policy with target 100; `state` says which alarm is on."""
    given = {"target": 100.0, "out_cooldown": 60.0, "in_cooldown": 300.0, "scales_in": True, **changes}
    high = Signal(f"{name}-high", state == "high", value)
    low = Signal(f"{name}-low", state == "low", value)
    return Tracking(name=name, high=high, low=low, **given)


def count(now: int, policies: list[Tracking], past: Past | None = None, **bounds) -> int:
    limits = Bounds(**{"minimum": 1, "maximum": 10, **bounds})
    wanted = decide(now, limits, policies, past or Past(), NOW)
    return now if wanted is None else wanted.count


@pytest.mark.parametrize(("value", "wanted"), [(101, 3), (150, 3), (151, 4), (900, 10), (None, 2), (40, 2)])
def test_a_high_alarm_scales_out_in_proportion_up_to_the_maximum(value, wanted) -> None:
    assert count(2, [tracking(value, "high")]) == wanted


@pytest.mark.parametrize(("value", "wanted"), [(80, 4), (75, 3), (50, 2), (1, 2), (0, 2), (None, 4)])
def test_a_low_alarm_scales_in_only_as_far_as_the_rest_can_carry_the_load(value, wanted) -> None:
    assert count(4, [tracking(value, "low")], minimum=2) == wanted


def test_without_an_alarm_nothing_changes_whatever_the_metric_says() -> None:
    assert count(4, [tracking(900, "ok")]) == 4
    assert count(4, []) == 4


def test_sums_of_thirds_do_not_make_another_instance() -> None:
    assert count(3, [tracking(100.00000000001 * 4 / 3, "high")]) == 4


def test_the_cause_names_alarm_and_policy() -> None:
    wanted = decide(1, Bounds(minimum=1, maximum=4), [tracking(200, "high")], Past(), NOW)
    assert (wanted.cause, wanted.by_policy) == ("monitor alarm p-high in state ALARM triggered policy p", True)


@pytest.mark.parametrize(("bounds", "wanted"), [({"minimum": 5}, 5), ({"maximum": 2}, 2), ({}, 3)])
def test_limits_that_were_set_bring_the_count_in_and_name_themselves(bounds, wanted) -> None:
    assert count(3, [tracking(300, "ok")], **bounds, enforced=True) == wanted
    assert count(3, [tracking(300, "ok")], **bounds) == 3, "what others do to the count later is not undone"


def test_the_policy_that_asks_for_most_scales_out() -> None:
    assert count(2, [tracking(150, "high", "a"), tracking(400, "high", "b"), tracking(10, "low", "c")]) == 8


def test_only_what_all_policies_agree_to_scales_in() -> None:
    assert count(4, [tracking(20, "low", "a"), tracking(60, "low", "b")]) == 3
    assert count(4, [tracking(20, "low", "a"), tracking(95, "ok", "b")]) == 4
    assert count(4, [tracking(20, "low", "a"), tracking(300, "high", "b")], maximum=4) == 4


def test_a_policy_that_does_not_scale_in_has_no_say_in_it() -> None:
    assert count(4, [tracking(20, "low", "a"), tracking(95, "ok", "b", scales_in=False)]) == 1
    assert count(4, [tracking(20, "low", scales_in=False)]) == 4


def seconds_ago(seconds: float) -> datetime:
    return NOW - timedelta(seconds=seconds)


def test_in_the_cooldown_what_was_added_counts_as_part_of_the_next_scale_out() -> None:
    past = Past(out_at=seconds_ago(59), out_from=2)
    assert count(4, [tracking(200, "high")], past) == 4
    assert count(4, [tracking(300, "high")], past) == 6
    assert count(4, [tracking(200, "high")], Past(out_at=seconds_ago(60), out_from=2)) == 8


def test_a_scale_in_waits_for_the_cooldown_of_the_one_before() -> None:
    assert count(4, [tracking(50, "low")], Past(in_at=seconds_ago(299))) == 4
    assert count(4, [tracking(50, "low")], Past(in_at=seconds_ago(300))) == 2
    assert count(4, [tracking(200, "high")], Past(in_at=seconds_ago(1))) == 8


def test_what_is_suspended_does_not_happen() -> None:
    assert count(2, [tracking(300, "high")], out_suspended=True) == 2
    assert count(4, [tracking(50, "low")], in_suspended=True) == 4
    assert count(4, [tracking(50, "low")], in_suspended=True, maximum=3, enforced=True) == 3
