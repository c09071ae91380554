"""Releases told in advance: a world, a plan, and how the release must end, whatever goes wrong on the way."""

import itertools
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from stacks.outputs import StrategyType
from tests.unit.release.control_plane import REASON, Faults, Faulty, Killed, Table, World, scaling
from tests.unit.release.plans import plan
from trainyard.errors import TrainyardError
from trainyard.release.driver import Driver
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

    def whatever_it_takes(self) -> Record:
        """Drive on also after a refused look, which stops a driver with the release open."""
        while True:
            with suppress(TrainyardError):
                self.to_the_end()
            record = self.table.records[self.plan.release_id]
            if record.status != "open":
                return record

    def check_refused(self, scenario: Scenario, record: Record) -> None:
        """Check a release in which AWS refused a call for good: failed cleanly, or ended as if nothing had been."""
        if "AWS refused" not in record.progress.reason:
            return self.check(scenario, record)
        assert record.status == "failed"
        assert self.world.endpoints["shop-dev"].config == "two"
        assert self.world.endpoints["shop-dev"].count == scenario.count
        assert set(self.world.configs) == UNTOUCHED["configs"]
        assert told(self.world.scaling) == told(scaling())
        return None

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
