import itertools
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import pytest

from tests.unit.release.control_plane import KINDS, REASON, Faults, Faulty, Killed, Table, World, refusal
from tests.unit.release.plans import plan
from trainyard.errors import TrainyardError
from trainyard.release.driver import Driver
from trainyard.release.record import Live, LivePointer, Record

PLAN = plan()
OLD = Live(
    version="2",
    model_package_arn="arn2",
    endpoint_config_name="two",
    model_name="two",
    alarms=("two-5xx",),
    release_id="r2",
)
OLDER = Live(version="1", model_package_arn="arn1", endpoint_config_name="one", model_name="one", release_id="r1")


@dataclass
class Scenario:
    name: str
    world: Callable[[], World]
    status: str
    live: str
    configs: set[str]
    alarms: set[str]
    updates: int
    reason: str = ""
    stride: int = 1
    """Faults hit every call, or every third where the way is a beginning of another scenario's."""


def second_release() -> World:
    world = World()
    for name in ("one", "two"):
        world.models[name] = {"ModelName": name}
        variant = {"VariantName": "live", "ModelName": name, "InstanceType": "ml.m5.large", "InitialInstanceCount": 2}
        world.configs[name] = {"EndpointConfigName": name, "ProductionVariants": [variant]}
    world.endpoints["shop-dev"].config = "two"
    world.alarms["two-5xx"] = ("OK", "")
    return world


def changed(**attributes: Any) -> Callable[[], World]:
    def build() -> World:
        world = second_release()
        for name, value in attributes.items():
            setattr(world, name, value)
        return world

    return build


UNTOUCHED = {"configs": {"bootstrap", "one", "two"}, "alarms": {"shop-dev-5xx", "two-5xx"}, "live": "two"}
SCENARIOS = [
    Scenario(
        "goes live",
        second_release,
        "succeeded",
        PLAN.config_name,
        {"bootstrap", "two", PLAN.config_name},
        {"shop-dev-5xx", *PLAN.alarm_names},
        1,
    ),
    Scenario("alarm trips", changed(bad_alarm=True), "rolled_back", updates=1, reason=REASON, **UNTOUCHED),
    Scenario(
        "does not start", changed(starts=False), "failed", updates=0, reason="ping health check", stride=3, **UNTOUCHED
    ),
    Scenario(
        "not a number",
        changed(score=float("nan")),
        "failed",
        updates=0,
        reason="not a finite number",
        stride=3,
        **UNTOUCHED,
    ),
]
by_name = pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.name)


class Run:
    """Drives one release of PLAN; a killed driver is followed by the next."""

    def __init__(self, scenario: Scenario, faults: Faults) -> None:
        self.world, self.table, self.faults = scenario.world(), Table(), faults
        self.table.live = LivePointer(current=OLD, previous=OLDER)
        self.table.open(Record(plan=PLAN, started="2026-11-23T12:00:00+00:00"))

    def driver(self, owner: str) -> Driver:
        return Driver(
            clients=self.world.clients(self.faults),
            table=Faulty(self.table, self.faults),  # type: ignore[arg-type]
            owner=owner,
            poll_seconds=5,
            clock=lambda: self.world.now,
            sleep=self.world.sleep,
        )

    def to_the_end(self) -> Record:
        for number in itertools.count():
            try:
                return self.driver(f"driver-{number}").run("shop", PLAN.release_id)
            except Killed:
                assert number < 3
        raise AssertionError

    def check(self, scenario: Scenario, record: Record) -> None:
        world = self.world
        assert record.status == scenario.status, record.progress.reason
        assert scenario.reason in record.progress.reason
        assert world.endpoints["shop-dev"].config == scenario.live
        assert set(world.endpoints) == {"shop-dev"}
        assert set(world.configs) == scenario.configs
        assert set(world.models) == {"bootstrap-model" if name == "bootstrap" else name for name in scenario.configs}
        assert set(world.alarms) == scenario.alarms
        assert len(world.updates) == scenario.updates
        assert self.table.lock is None
        assert world.published
        assert {message["outcome"] for message in world.published} == {scenario.status}
        live = self.table.live
        assert live
        assert live.current.endpoint_config_name == scenario.live


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
        record = run.table.records[PLAN.release_id]
        while record.status == "open":
            # a refused look stops the driver with the release open; the next driver goes on
            with suppress(TrainyardError):
                run.to_the_end()
            record = run.table.records[PLAN.release_id]
        if run.faults.calls <= at:
            break
        if "AWS refused" in record.progress.reason:
            assert record.status == "failed"
            assert run.world.endpoints["shop-dev"].config == "two"
            assert set(run.world.configs) == UNTOUCHED["configs"]
        else:
            run.check(scenario, record)
        at += scenario.stride


@by_name
def test_a_driver_a_step_converges(scenario: Scenario) -> None:
    run = Run(scenario, Faults())
    for number in range(200):
        driver = run.driver(f"driver-{number}")
        record = run.table.acquire("shop", PLAN.release_id, driver.owner, run.world.now)
        if record.status != "open":
            break
        record, _ = driver.step(record)
        if record.status == "open":
            run.table.release_lease(record)
        run.world.sleep(5)
    run.check(scenario, record)


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
