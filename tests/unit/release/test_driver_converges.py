import itertools
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import pytest

from stacks.outputs import StrategyType
from tests.unit.release.control_plane import (
    KINDS,
    REASON,
    UPDATES,
    Faults,
    Faulty,
    Killed,
    Table,
    World,
    refusal,
    scaling,
)
from tests.unit.release.plans import plan
from trainyard.errors import TrainyardError
from trainyard.release.driver import Driver
from trainyard.release.live_answers import PAUSE_SECONDS
from trainyard.release.plan import ReleasePlan
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
    """Faults hit every call, or every so many where the way is also another scenario's."""
    plan: ReleasePlan = PLAN
    count: int = 2
    """Instances that serve in the end."""


def second_release(**attributes: Any) -> World:
    world = World(**attributes)
    for name in ("one", "two"):
        world.models[name] = {"ModelName": name}
        variant = {"VariantName": "live", "ModelName": name, "InstanceType": "ml.m5.large", "InitialInstanceCount": 2}
        world.configs[name] = {"EndpointConfigName": name, "ProductionVariants": [variant]}
    world.endpoints["shop-dev"].config = "two"
    world.alarms["two-5xx"] = ("OK", "")
    return world


def changed(**attributes: Any) -> Callable[[], World]:
    return lambda: second_release(**attributes)


def scaled_out(**attributes: Any) -> Callable[[], World]:
    def build() -> World:
        world = second_release(**attributes)
        world.endpoints["shop-dev"].count = 10
        return world

    return build


def goes_live(name: str, plan: ReleasePlan, world: Callable[[], World] = second_release, **more: Any) -> Scenario:
    configs = {"bootstrap", "two", plan.config_name}
    alarms = {"shop-dev-5xx", *plan.alarm_names}
    return Scenario(name, world, "succeeded", plan.config_name, configs, alarms, 1, plan=plan, **more)


def by(kind: StrategyType) -> ReleasePlan:
    return plan(strategy=PLAN.strategy.model_copy(update={"type": kind}))


UNTOUCHED = {"configs": {"bootstrap", "one", "two"}, "alarms": {"shop-dev-5xx", "two-5xx"}, "live": "two"}
OTHERS: tuple[StrategyType, ...] = ("all_at_once", "linear", "rolling")
C5 = plan(fleet=replace(PLAN.fleet, instance_type="ml.c5.large"))
SCENARIOS = [
    goes_live("goes live", PLAN),
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
    *(goes_live(f"goes live {kind}", by(kind), scaled_out(), stride=19, count=10) for kind in OTHERS),
    *(
        Scenario(
            f"alarm trips {kind}",
            scaled_out(bad_alarm=True),
            "rolled_back",
            updates=1,
            reason=REASON,
            stride=19,
            plan=by(kind),
            count=10,
            **UNTOUCHED,
        )
        for kind in OTHERS
    ),
    goes_live("another type goes live", C5, scaled_out(), count=10),
    Scenario(
        "another type, alarm trips",
        scaled_out(bad_alarm=True),
        "rolled_back",
        updates=1,
        reason=REASON,
        stride=3,
        plan=C5,
        count=10,
        **UNTOUCHED,
    ),
    Scenario(
        "another type, update refused",
        scaled_out(refuses_update=True),
        "failed",
        updates=0,
        reason="one reason or another",
        stride=3,
        plan=C5,
        count=10,
        **UNTOUCHED,
    ),
]
by_name = pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.name)


class Run:
    """Drives one release of PLAN; a killed driver is followed by the next."""

    def __init__(self, scenario: Scenario, faults: Faults) -> None:
        self.world, self.table, self.faults, self.plan = scenario.world(), Table(), faults, scenario.plan
        self.table.live = LivePointer(current=OLD, previous=OLDER)
        self.table.open(Record(plan=self.plan, started="2026-11-23T12:00:00+00:00"))

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
                return self.driver(f"driver-{number}").run("shop", self.plan.release_id)
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
        assert world.endpoints["shop-dev"].count == scenario.count
        assert told(world.scaling) == told(scaling()), "scaling is as Pulumi made it, whatever happened"
        assert self.table.lock is None
        assert world.published
        assert {message["outcome"] for message in world.published} == {scenario.status}
        live = self.table.live
        assert live
        assert live.current.endpoint_config_name == scenario.live


def told(found: dict[str, Any] | None) -> Any:
    """Return scaling as Pulumi's refresh sees it: without what AWS makes up anew."""
    assert found
    made_up = ("ScalableTargetARN", "PolicyARN", "Alarms")
    policies, scheduled = found["policies"].values(), found["scheduled"].values()
    for each in scheduled:
        if isinstance(each["EndTime"], str):
            each["EndTime"] = datetime.fromisoformat(each["EndTime"])
    named = [{key: value for key, value in each.items() if key not in made_up} for each in (found["target"], *policies)]
    return named, list(scheduled), found["tags"]


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
        record = run.table.records[scenario.plan.release_id]
        while record.status == "open":
            # a refused look stops the driver with the release open; the next driver goes on
            with suppress(TrainyardError):
                run.to_the_end()
            record = run.table.records[scenario.plan.release_id]
        if run.faults.calls <= at:
            break
        if "AWS refused" in record.progress.reason:
            assert record.status == "failed"
            assert run.world.endpoints["shop-dev"].config == "two"
            assert run.world.endpoints["shop-dev"].count == scenario.count
            assert set(run.world.configs) == UNTOUCHED["configs"]
            assert told(run.world.scaling) == told(scaling())
        else:
            run.check(scenario, record)
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
