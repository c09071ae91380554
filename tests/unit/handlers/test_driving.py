"""The release function as a driver among others, on the control plane in memory."""

from dataclasses import replace
from typing import Any

import pytest

from tests.unit.release.control_plane import Faults, Killed, refusal
from tests.unit.release.scenarios import PLAN, SCENARIOS, Run, Scenario
from trainyard.handlers.driving import Driven, drive_open
from trainyard.release.action import Action
from trainyard.release.conflict import LeaseLost
from trainyard.release.driver import Driver
from trainyard.release.record import Record

by_name = pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.name)
GOES_LIVE, TRIPS = SCENARIOS[0], SCENARIOS[1]


def tick(run: Run, number: int = 0, seconds: float = 870) -> list[Driven]:
    return drive_open(["shop"], run.driver(f"function/{number}"), run.world.now + seconds)


def finish(run: Run) -> Record:
    """Invoke the function until nothing is open, and return the record."""
    for number in range(200):
        if not tick(run, number):
            return run.table.records[run.plan.release_id]
        run.world.sleep(5)
    raise AssertionError("The release is still open.")


@by_name
def test_the_function_alone_brings_a_release_to_its_end(scenario: Scenario) -> None:
    run = Run(scenario, Faults())
    run.check(scenario, finish(run))


@by_name
def test_events_twice_and_late_change_nothing_about_the_end(scenario: Scenario) -> None:
    run = Run(scenario, Faults())
    for number in range(200):
        tick(run, number)
        if not tick(run, number + 1000):
            break
        run.world.sleep(7 if number % 2 else 1)
    assert [tick(run, 2000), tick(run, 2001)] == [[], []], "late events find nothing to do"
    run.check(scenario, run.table.records[run.plan.release_id])


@pytest.mark.parametrize("at", range(10, 100, 10))
def test_the_function_ends_what_a_killed_command_began(at: int) -> None:
    run = Run(GOES_LIVE, Faults(kind="killed before", at=at))
    with pytest.raises(Killed):
        run.driver("command").run("shop", PLAN.release_id)
    run.check(GOES_LIVE, finish(run))


def test_a_wait_gives_the_lease_back_so_that_the_next_driver_begins_at_once() -> None:
    run = Run(GOES_LIVE, Faults())
    (driven,) = tick(run)
    assert driven.said == "Pre-release endpoint is Creating"
    assert run.table.records[PLAN.release_id].lease_until == 0.0
    run.table.acquire("shop", PLAN.release_id, "another", run.world.now)


def test_while_another_driver_is_at_work_the_function_does_nothing() -> None:
    run = Run(GOES_LIVE, Faults())
    run.table.acquire("shop", PLAN.release_id, "command", run.world.now)
    (driven,) = tick(run)
    assert (driven.said, driven.error) == (f"{PLAN.release_id} is being driven by command", None)
    assert run.world.models == Run(GOES_LIVE, Faults()).world.models


def test_close_to_its_time_limit_the_function_begins_nothing() -> None:
    run = Run(GOES_LIVE, Faults())
    (driven,) = tick(run, seconds=0)
    assert driven.said == "open"
    assert run.table.records[PLAN.release_id].progress.replaces is None


def test_a_function_that_comes_back_late_writes_nothing_more() -> None:
    run = Run(GOES_LIVE, Faults())
    late = run.driver("function/late")
    record = run.table.acquire("shop", PLAN.release_id, late.owner, run.world.now)
    run.world.sleep(61)
    tick(run, 1)
    held = run.table.records[PLAN.release_id]
    with pytest.raises(LeaseLost):
        late.step(record)
    assert run.table.records[PLAN.release_id] == held
    run.check(GOES_LIVE, finish(run))


@pytest.mark.parametrize("scenario", [GOES_LIVE, TRIPS], ids=lambda scenario: scenario.name)
def test_a_command_and_the_function_in_turn_come_to_one_end_that_both_tell(scenario: Scenario) -> None:
    run = Run(scenario, Faults())
    shown: list[str] = []

    def show(record: Record, action: Action) -> None:
        shown.append(action.text)

    ticks: list[list[Driven]] = []

    def sleep(seconds: float) -> None:
        ticks.append(tick(run, len(ticks)))
        run.world.sleep(seconds)

    command = replace(run.driver("command"), show=show, sleep=sleep)
    run.check(scenario, command.run("shop", scenario.plan.release_id))
    assert all("is being driven by command" in driven.said for each in ticks for driven in each)
    assert "Pre-release endpoint is Creating" in shown


@pytest.mark.parametrize("scenario", [GOES_LIVE, TRIPS], ids=lambda scenario: scenario.name)
def test_a_command_watches_the_driver_that_has_overtaken_it_and_tells_the_outcome(scenario: Scenario) -> None:
    run = Run(scenario, Faults())
    shown: list[str] = []
    other = run.driver("function/1")
    held: list[Record] = []

    def sleep(seconds: float) -> None:
        """The command stalls for longer than its lease, once; from then on the function holds it, step by step."""
        if not held:
            run.world.sleep(61)
            held.append(run.table.acquire("shop", scenario.plan.release_id, other.owner, run.world.now))
        elif held[-1].status == "open":
            held.append(other.step(held[-1])[0])
        run.world.sleep(seconds)

    command = replace(run.driver("command"), sleep=sleep, show=lambda record, action: shown.append(action.text))
    run.check(scenario, command.run("shop", scenario.plan.release_id))
    assert any(text.startswith("function/1: ") for text in shown)


def trouble(code: str) -> Any:
    def fails(**_: Any) -> None:
        raise refusal(code, "no")

    return fails


@pytest.mark.parametrize(("code", "grave"), [("ThrottlingException", False), ("AccessDeniedException", True)])
def test_trouble_that_may_pass_waits_for_the_next_tick_and_other_trouble_is_told(code: str, grave: bool) -> None:
    run = Run(GOES_LIVE, Faults())
    run.world.describe_endpoint = trouble(code)  # type: ignore[method-assign]
    (driven,) = tick(run)
    assert code in driven.said
    assert (driven.error is not None) is grave
    assert run.table.records[PLAN.release_id].lease_until == 0.0


def test_a_shadow_is_left_to_its_own_commands() -> None:
    run = Run(GOES_LIVE, Faults())
    run.table.lock = "shadow#1"
    assert tick(run) == []


def test_one_services_trouble_keeps_no_others_release_waiting() -> None:
    class Tables:
        def open_release(self, service: str) -> str:
            return f"release#{service}"

        def acquire(self, service: str, *_: Any) -> Record:
            if service == "broken":
                raise refusal("AccessDeniedException", "no")
            return Record(plan=PLAN, status="succeeded")

        def get(self, *_: Any) -> None:
            return None

    run = Run(GOES_LIVE, Faults())
    driver = Driver(clients=run.world.clients(Faults()), table=Tables(), owner="f", clock=lambda: 0.0)  # type: ignore[arg-type]
    found = drive_open(["broken", "shop"], driver, 0.0)
    assert [(each.service, each.error is None) for each in found] == [("broken", False), ("shop", True)]
