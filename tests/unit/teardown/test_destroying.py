"""The order of a destroy, and what happens when a step of it fails."""

from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.unit.teardown.estates import estate
from trainyard.sweep import Sweep, Thing
from trainyard.sweep.job_logs import JobLogs
from trainyard.teardown import destroying
from trainyard.teardown.destroying import Destroying, Failure
from trainyard.teardown.estate import Estate
from trainyard.teardown.survey import Survey

PIPELINE, CONFIG, MODEL = Thing("Pipeline", "shop-dev"), Thing("EndpointConfig", "c"), Thing("Model", "m")
LOGS = JobLogs("/aws/sagemaker/TrainingJobs", ("a/1",), 0)


def survey(*goes: Thing, of: Estate | None = None, logs: tuple[JobLogs, ...] = ()) -> Survey:
    return Survey(estate=of or Estate(()), sweep=Sweep(goes, ()), job_logs=logs, keys=())


class World:
    """Records what a destroy does; what is in `broken` is refused, what is in `in_use` an endpoint still names."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.done: list[str] = []
        self.broken: set[str] = set()
        self.in_use: set[Thing] = set()
        self.engine_code = 0
        monkeypatch.setattr(destroying.sweep, "delete", lambda client, thing, wait: self.act(str(thing)))
        monkeypatch.setattr(destroying.sweep, "settle", lambda sagemaker, name, wait: self.act(f"settle {name}"))
        monkeypatch.setattr(destroying, "delete_job_logs", lambda client, logs: self.act(logs.group))
        monkeypatch.setattr(destroying, "empty_bucket", lambda s3, name, account, say: self.act(f"empty {name}"))
        monkeypatch.setattr(destroying, "empty_repository", lambda ecr, name, say: self.act(f"empty {name}"))
        monkeypatch.setattr(destroying, "of_endpoints", lambda client, leaving: self.in_use)

    def act(self, step: str) -> None:
        self.done.append(step)
        if step in self.broken:
            raise ClientError({"Error": {"Code": "AccessDenied", "Message": "no"}}, "Delete")

    def engine(self, _: Estate) -> int:
        self.act("engine")
        return self.engine_code

    def destroy(self, before: Survey, *later: Survey) -> list[Failure]:
        looks = iter([*later, survey()])
        work = Destroying(
            client=lambda _: None, account="1", look=lambda: next(looks), engine=self.engine, say=lambda _: None
        )
        work.run(before)
        return work.failures


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> World:
    return World(monkeypatch)


ALL = estate(protect=False)


def test_what_stands_in_the_way_goes_first_then_the_engine_then_what_it_left(world: World):
    failures = world.destroy(survey(PIPELINE, CONFIG, MODEL, of=ALL), survey(CONFIG, MODEL, logs=(LOGS,)))
    assert failures == []
    assert world.done == [
        "Pipeline shop-dev",
        "empty raw",
        "settle shop-prod",
        "engine",
        "EndpointConfig c",
        "Model m",
        LOGS.group,
    ]


def test_a_step_that_fails_stops_no_other_and_is_told(world: World):
    world.broken = {"Pipeline shop-dev", "empty raw", "EndpointConfig c"}
    failures = world.destroy(survey(PIPELINE, of=ALL), survey(CONFIG, MODEL))
    assert [failure.step for failure in failures] == ["Pipeline shop-dev", "empty bucket raw", "EndpointConfig c"]
    assert "AccessDenied" in failures[0].why
    assert world.done[-1] == "Model m"


def test_what_an_endpoint_still_serves_stays_when_the_engine_could_not_delete_the_endpoint(world: World):
    world.engine_code, world.in_use = 255, {CONFIG, MODEL}
    failures = world.destroy(survey(of=ALL), survey(CONFIG, MODEL, Thing("Model", "old")))
    assert failures == [Failure("pulumi destroy", "ended with 255; its lines above say why")]
    assert world.done[-1] == "Model old"
    assert "EndpointConfig c" not in world.done
    assert "Model m" not in world.done


def test_an_engine_with_nothing_to_delete_is_not_started(world: World):
    world.destroy(survey(CONFIG), survey(CONFIG))
    assert world.done == ["EndpointConfig c"]


def test_of_a_protected_environment_only_what_goes_is_emptied(world: World):
    world.destroy(survey(of=estate(protect=True)), survey())
    assert world.done == ["engine"]


def test_what_vanished_meanwhile_is_no_failure(world: World, monkeypatch: pytest.MonkeyPatch):
    def gone(*_: Any) -> None:
        raise ClientError({"Error": {"Code": "NoSuchBucket", "Message": "it does not exist"}}, "ListObjectVersions")

    monkeypatch.setattr(destroying, "empty_bucket", gone)
    assert world.destroy(survey(of=ALL), survey()) == []
