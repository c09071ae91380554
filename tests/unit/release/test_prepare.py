from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from recommender.serving import fresh
from stacks import outputs
from tests.unit.release.control_plane import Faults, World
from tests.unit.release.plans import plan
from trainyard.errors import UsageError
from trainyard.release.golden import GoldenSuite
from trainyard.release.prepare import ONLINE_STORE, Wish, new_release_id, prepare, wanted_fleet
from trainyard.release.record import Live, LivePointer, Record

NOW = datetime(2026, 11, 23, 14, 0, tzinfo=UTC)
ROLE = "arn:aws:iam::000000000001:role/serving"
PLATFORM = outputs.PlatformOutputs(
    environment="dev",
    account="000000000001",
    region="eu-west-1",
    kms_key_arn="arn:aws:kms:eu-west-1:000000000001:key/k",
    buckets=outputs.Buckets(raw="r", features="f", artifacts="a", capture="capture", logs="l"),
    roles=outputs.Roles(training=ROLE, serving=ROLE, pipeline=ROLE, release=ROLE),
    network=outputs.Network(vpc_id="vpc-1", subnet_ids=["subnet-1"], security_group_id="sg-1"),
    notifications_topic_arn="arn:aws:sns:eu-west-1:000000000001:topic",
    deployments_table="t",
    approval_url="https://function",
    services=["shop"],
    images_borrowed_from=[],
)
SERVICE = outputs.ServiceOutputs(
    name="shop",
    owners=[],
    endpoint_name="shop-dev",
    variant_name="live",
    model_package_group="shop-dev",
    repository_url="r",
    pipeline_name="shop-dev",
    endpoint_alarms=["shop-dev-5xx"],
    approvals_required=2,
    release_on_approval=False,
    training=outputs.Training(
        instance_type="ml.m5.large",
        instance_count=1,
        volume_gib=1,
        spot=False,
        timeout_seconds=60,
        processing_instance_type="ml.m5.large",
    ),
    serving=outputs.Serving(
        instance_type="ml.m5.large",
        instance_count=2,
        minimum_instances=2,
        maximum_instances=4,
        capture_percent=10,
        environment={"LOG": "debug"},
    ),
    strategy=outputs.Strategy(type="canary", canary_percent=10, bake_seconds=60, timeout_seconds=900),
    thresholds=outputs.Thresholds(latency_p99_ms=300, errors_5xx_percent=1, errors_4xx_percent=5),
    gate=outputs.Gate(minimum_ratio=1.01, confidence=0.9, minimum_slice_customers=50),
)


class Past:
    """A deployments table with three releases behind it; 3 is live, 2 was before."""

    def __init__(self) -> None:
        self.records = [Record(plan=plan(version=v, release_id=f"release#{v}"), status="succeeded") for v in "321"]
        self.records[2] = replace(self.records[2], plan=replace(self.records[2].plan, container=OLDEST))
        self.records.insert(0, Record(plan=plan(version="4", release_id="release#4"), status="rolled_back"))

    def pointer(self, service: str) -> LivePointer:
        return LivePointer(current=self.live("3"), previous=self.live("2"))

    def live(self, version: str) -> Live:
        return next(record.becomes for record in self.records if record.plan.version == version)

    def get(self, service: str, release_id: str) -> Record | None:
        return next((record for record in self.records if record.plan.release_id == release_id), None)

    def releases(self, service: str, limit: int) -> list[Record]:
        return self.records


OLDEST = replace(plan().container, image="repo@sha256:1")


@pytest.fixture
def world() -> World:
    made, past = World(), Past()
    live = past.live("3").endpoint_config_name
    made.configs[live] = {**made.configs["bootstrap"], "EndpointConfigName": live}
    made.endpoints["shop-dev"].config = live
    return made


@pytest.fixture
def golden(tmp_path: Path) -> Path:
    path = tmp_path / "golden.json"
    path.write_text('{"schema_version": 1, "requests": [{"name": "one", "body": {}}]}')
    return path


def prepared(world: World, golden: Path, **wish: Any) -> Any:
    clients, past = world.clients(Faults()), Past()
    return prepare(PLATFORM, SERVICE, clients, past, Wish(golden=golden, **wish), NOW)  # type: ignore[arg-type]


def test_a_rollback_takes_the_version_before_and_goes_all_at_once(world: World, golden: Path) -> None:
    back = prepared(world, golden, kind="rollback")
    assert (back.version, back.kind, back.strategy.type) == ("2", "rollback", "all_at_once")


def test_a_rollback_may_name_any_version_that_was_live(world: World, golden: Path) -> None:
    back = prepared(world, golden, kind="rollback", version="1", strategy="canary")
    assert (back.version, back.container, back.strategy.type) == ("1", OLDEST, "canary")


@pytest.mark.parametrize("version", ["4", "9", "3"])
def test_what_was_never_live_or_is_live_now_cannot_be_gone_back_to(world: World, golden: Path, version: str) -> None:
    with pytest.raises(UsageError, match=f"cannot go back to version '{version}': live is 3.*were live: 2, 1"):
        prepared(world, golden, kind="rollback", version=version)


def test_a_config_only_release_keeps_the_model_and_takes_the_dials(world: World, golden: Path) -> None:
    same = prepared(world, golden, kind="config")
    assert (same.version, same.container) == ("3", plan().container)
    assert same.fleet == wanted_fleet(PLATFORM, SERVICE)
    assert same.fleet.environment == {"LOG": "debug"}
    assert same.config_name != Past().live("3").endpoint_config_name
    assert same.approvals_required == 2
    assert isinstance(same.golden, GoldenSuite)


def test_ids_of_releases_sort_by_time_and_differ_within_a_second() -> None:
    assert new_release_id(NOW) < new_release_id(NOW.replace(second=1))
    assert new_release_id(NOW).startswith("release#20261123T140000Z-")
    assert len({new_release_id(NOW) for _ in range(20)}) > 15


def test_containers_are_told_where_fresh_features_are_and_no_stack_file_sends_them_elsewhere() -> None:
    assert ONLINE_STORE == fresh.PROJECT
    assert wanted_fleet(PLATFORM, SERVICE).environment == {"LOG": "debug"}
    serving = SERVICE.serving.model_copy(update={"environment": {"LOG": "debug", ONLINE_STORE: "elsewhere"}})
    told = SERVICE.model_copy(update={"online_store": "trainyard_dev_shop", "serving": serving})
    assert wanted_fleet(PLATFORM, told).environment == {"LOG": "debug", ONLINE_STORE: "trainyard_dev_shop"}
