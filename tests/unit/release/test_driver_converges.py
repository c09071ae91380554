from typing import Any

import pytest

from tests.unit.release.control_plane import (
    KINDS,
    UPDATES,
    Faults,
    refusal,
)
from tests.unit.release.scenarios import PLAN, SCENARIOS, UNTOUCHED, Run, Scenario, changed
from trainyard.errors import TrainyardError
from trainyard.release.live_answers import PAUSE_SECONDS

by_name = pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.name)


@by_name
def test_a_release_ends_as_what_is_live_says(scenario: Scenario) -> None:
    run = Run(scenario, Faults())
    run.check(scenario, run.to_the_end())


@by_name
@pytest.mark.parametrize("kind", KINDS)
def test_one_fault_at_any_call_changes_nothing_about_the_end(scenario: Scenario, kind: str) -> None:
    at = 0
    while True:
        run = Run(scenario, Faults(kind=kind, at=at))
        record = run.to_the_end()
        if run.faults.calls <= at:
            break
        run.check(scenario, record)
        at += scenario.stride
    assert at > 100


@by_name
def test_a_refused_call_fails_the_release_cleanly_or_leaves_it_to_be_resumed(scenario: Scenario) -> None:
    at = 0
    while True:
        run = Run(scenario, Faults(kind="denied", at=at))
        record = run.whatever_it_takes()
        if run.faults.calls <= at:
            break
        run.check_refused(scenario, record)
        at += scenario.stride


@by_name
def test_a_driver_a_step_converges(scenario: Scenario) -> None:
    run = Run(scenario, Faults())
    for number in range(300):
        driver = run.driver(f"driver-{number}")
        record = run.table.acquire("shop", scenario.plan.release_id, driver.owner, run.world.now)
        if record.status != "open":
            break
        record, _ = driver.step(record)
        if record.status == "open":
            run.table.release_lease(record)
        run.world.sleep(5)
    run.check(scenario, record)


def test_wrong_answers_under_live_traffic_undo_the_release_and_are_told() -> None:
    trips = changed(wrong_answers=True)
    scenario = Scenario("wrong", trips, "rolled_back", updates=1, reason="golden tripped", **UNTOUCHED)
    run = Run(scenario, Faults())
    record = run.to_the_end()
    run.check(scenario, record)
    assert (
        "Version 3 answered golden requests wrongly: one: customer 1: a score is not a finite" in record.progress.reason
    )
    assert record.progress.tripped[0].name == PLAN.alarm_names[3]


def test_the_live_endpoint_is_asked_at_a_bounded_rate_and_outside_of_the_timeline() -> None:
    run = Run(SCENARIOS[0], Faults())
    record = run.to_the_end()
    answers = record.progress.live_answers
    assert answers
    rounds = UPDATES / PAUSE_SECONDS
    assert rounds / 2 <= sum(answers.by_version.values()) <= rounds + 1
    assert [datum["Value"] for datum in run.world.metric_data] == [0.0] * len(run.world.metric_data)
    assert not [event for event in record.progress.timeline if "golden requests" in event.text]


def test_a_driver_that_was_overtaken_changes_nothing_more() -> None:
    run = Run(SCENARIOS[0], Faults())
    late = run.driver("late")
    record = run.table.acquire("shop", PLAN.release_id, "late", run.world.now)
    run.world.sleep(61)
    run.table.acquire("shop", PLAN.release_id, "next", run.world.now)
    with pytest.raises(TrainyardError, match="Another driver has taken over"):
        late.step(record)
    assert run.world.updates == []
    assert PLAN.model_name not in run.world.models


def test_aws_that_never_answers_leaves_the_release_open_and_says_how_to_go_on() -> None:
    run = Run(SCENARIOS[0], Faults())

    def always(**_: Any) -> None:
        raise refusal("ThrottlingException", "Rate exceeded")

    run.world.describe_endpoint = always  # type: ignore[method-assign]
    with pytest.raises(TrainyardError, match=r"stays open\. Mend the cause and run `trainyard release resume`"):
        run.to_the_end()
    assert run.table.lock == PLAN.release_id
