"""A start and a stop under every fault at every call, on the control plane in memory that releases are tested with."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from tests.unit.release.control_plane import KINDS, Faults, Faulty, Killed, World
from tests.unit.shadow.plans import plan, record
from trainyard.errors import TrainyardError
from trainyard.shadow.drive import Driver
from trainyard.shadow.record import Phase, ShadowRecord
from trainyard.shadow.table import Overtaken

PLAN = plan()


@dataclass
class Table:
    """The shadow's item in memory, with the same refusals as the real one."""

    item: ShadowRecord | None = field(default_factory=record)

    def get(self, service: str) -> ShadowRecord | None:
        return self.item

    def save(self, record: ShadowRecord, was: Phase) -> ShadowRecord:
        if self.item is None or self.item.phase != was:
            raise Overtaken(record)
        self.item = record
        return record

    def stop(self, record: ShadowRecord) -> ShadowRecord:
        return self.save(replace(record, phase="stopping", intent=None), record.phase)

    def close(self, record: ShadowRecord) -> None:
        self.item = None


@dataclass
class Run:
    """One world, one shadow, and commands that are run again where they were killed."""

    faults: Faults = field(default_factory=Faults)
    world: World = field(default_factory=World)
    table: Table = field(default_factory=Table)

    def driver(self) -> Driver:
        return Driver(
            sagemaker=Faulty(self.world, self.faults),
            table=Faulty(self.table, self.faults),  # type: ignore[arg-type]
            clock=lambda: self.world.now,
            sleep=self.world.sleep,
        )

    def start(self) -> tuple[ShadowRecord, bool]:
        return self._again(lambda: self.driver().run(self._item()))

    def stop(self) -> tuple[ShadowRecord, bool]:
        return self._again(lambda: self.driver().run(self.table.stop(self._item())))

    def _item(self) -> ShadowRecord:
        return self.table.item or record(phase="stopping")

    def _again(self, command: Callable[[], tuple[ShadowRecord, bool]]) -> tuple[ShadowRecord, bool]:
        try:
            return command()
        except Killed:
            return (record(), False) if self.table.item is None else command()

    def serves(self) -> str:
        self.world.sleep(0)
        return self.world.describe_endpoint("shop-dev")["EndpointConfigName"]

    def check_gone(self) -> None:
        assert self.serves() == "bootstrap"
        assert (set(self.world.configs), set(self.world.models)) == ({"bootstrap"}, {"bootstrap-model"})
        assert self.table.item is None


def test_a_shadow_runs_with_what_serves_and_goes() -> None:
    run = Run()
    started, there = run.start()
    assert there
    assert (started.phase, started.running_since) == ("running", run.world.now)
    assert run.serves() == PLAN.config_name
    _, there = run.stop()
    assert not there
    run.check_gone()
    assert len(run.world.updates) == 2


@pytest.mark.parametrize("kind", KINDS)
def test_one_fault_at_any_call_changes_nothing_about_the_end(kind: str) -> None:
    at = 0
    while True:
        run = Run(Faults(kind=kind, at=at))
        _, there = run.start()
        assert there, run.faults.last
        assert run.serves() == PLAN.config_name
        run.stop()
        run.check_gone()
        if run.faults.calls <= at:
            break
        at += 1
    assert at > 40


def test_a_start_that_is_cut_off_anywhere_is_stopped_cleanly() -> None:
    at = 0
    while True:
        run = Run(Faults(kind="killed after", at=at))
        with suppress(Killed):
            run.driver().run(record())
        if run.faults.calls <= at:
            break
        run.stop()
        run.check_gone()
        at += 1
    assert at > 20


def test_a_rolled_back_update_is_given_up_and_leaves_nothing() -> None:
    run = Run()
    run.world.bad_alarm, run.world.trips = True, "5xx"
    given_up, there = run.start()
    assert not there
    assert (given_up.undone, given_up.reason) == (True, "SageMaker rolled the update back")
    run.check_gone()


def test_a_refused_call_of_a_start_is_given_up_with_its_reason() -> None:
    run = Run()
    run.world.refuses_update = True
    given_up, there = run.start()
    assert not there
    assert "AWS refused: one reason or another" in given_up.reason
    run.check_gone()


def test_a_way_back_that_is_undone_stays_to_be_tried_again() -> None:
    run = Run()
    run.start()
    run.world.bad_alarm, run.world.trips = True, "5xx"
    with pytest.raises(TrainyardError, match=r"is unfinished: shop-dev is InService with shop-dev-shadow-.*stop shop"):
        run.stop()
    assert run.serves() == PLAN.config_name
    run.world.bad_alarm = False
    run.stop()
    run.check_gone()


def test_a_start_that_comes_back_late_finds_the_stop() -> None:
    run = Run()
    late: Any = run.table.item
    run.stop()
    with pytest.raises(Overtaken, match="Another command has moved the shadow of shop version 4 on"):
        run.driver().run(late)
    run.check_gone()
