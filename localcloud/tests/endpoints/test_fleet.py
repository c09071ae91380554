"""How the instances of a fleet start: all at once alone, a few at a time beside customers. No processes."""

from pathlib import Path
from typing import Any, cast

import pytest

from localcloud.sagemaker.endpoints import fleet as module
from localcloud.sagemaker.endpoints.fleet import Fleet, FleetSpec
from localcloud.sagemaker.endpoints.instance import Health


class Started:
    """An instance that serves, or has ended, when a test says so."""

    def __init__(self) -> None:
        self.health = Health.STARTING
        self.exit_code, self.log, self.started = 1, "its log", float("inf")

    def check(self) -> Health:
        return self.health


@pytest.fixture
def spec(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> FleetSpec:
    monkeypatch.setattr(module, "AT_ONCE", 2)
    monkeypatch.setattr(Fleet, "_launch", lambda self: Started())
    container = cast("Any", None)
    return FleetSpec(
        variant="live",
        config_name="c",
        container=container,
        instance_type="ml.m5.large",
        start_limit_seconds=60,
        folder=tmp_path,
        log=tmp_path,
    )


def serve(fleet: Fleet, count: int) -> None:
    starting = [one for one in fleet.instances if one.health is Health.STARTING]
    for instance in starting[:count]:
        instance.health = Health.SERVING


def test_a_fleet_that_nobody_waits_beside_starts_at_once(spec: FleetSpec) -> None:
    assert len(Fleet(spec, 5).instances) == 5


def test_beside_customers_no_more_than_a_few_instances_start_at_a_time(spec: FleetSpec) -> None:
    fleet = Fleet(spec, 5, beside=True)
    seen = [len(fleet.instances)]
    while not fleet.launched:
        serve(fleet, 1)
        assert fleet.tick() is None
        seen.append(len(fleet.instances))
        assert sum(one.health is Health.STARTING for one in fleet.instances) <= 2
    assert seen == [2, 3, 4, 5, 5, 5]


def test_a_fleet_that_grows_serves_on_and_has_launched_when_all_serve(spec: FleetSpec) -> None:
    fleet = Fleet(spec, 1)
    serve(fleet, 1)
    fleet.tick()
    assert fleet.launched
    assert fleet.scale(4) == []
    assert (len(fleet.instances), fleet.launched) == (3, False)
    serve(fleet, 2)
    fleet.tick()
    assert (len(fleet.instances), fleet.launched) == (4, False)
    serve(fleet, 1)
    fleet.tick()
    assert fleet.launched


def test_a_fleet_that_is_given_up_half_started_starts_no_more(spec: FleetSpec) -> None:
    fleet = Fleet(spec, 5, beside=True)
    serve(fleet, 1)
    given_up = fleet.scale(1)
    fleet.tick()
    assert (len(given_up), len(fleet.instances), fleet.launched) == (1, 1, True)


def test_an_instance_that_ends_while_it_starts_fails_the_launch_of_those_that_wait(spec: FleetSpec) -> None:
    fleet = Fleet(spec, 5, beside=True)
    fleet.instances[0].health = Health.EXITED
    assert "did not pass the ping health check" in (fleet.tick() or "")
    assert len(fleet.instances) == 2
