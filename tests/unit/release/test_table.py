import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import boto3
import pytest
from moto import mock_aws

from tests.unit.release.plans import PACKAGE, plan
from trainyard.release.conflict import LeaseHeld, LeaseLost, ReleaseOpen
from trainyard.release.record import Live, LiveAnswers, Progress, Record, SmokeReport
from trainyard.release.scaling import Scaling
from trainyard.release.table import LEASE_SECONDS, DeploymentTable

PLAN = plan()
ID = PLAN.release_id
NAME = "trainyard-dev-deployments"
SCALING = Scaling(
    target={"MinCapacity": 2, "SuspendedState": {"ScheduledScalingSuspended": False}, "Tags": {"a": "b"}},
    policies=({"PolicyName": "aim", "TargetTrackingScalingPolicyConfiguration": {"TargetValue": 1000.0}},),
    scheduled=({"ScheduledActionName": "night", "EndTime": "2027-01-01T00:00:00+00:00"},),
)


@pytest.fixture
def dynamodb(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    for variable in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(variable, "test")
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    with mock_aws():
        client = boto3.client("dynamodb", region_name="eu-west-1")
        client.create_table(
            TableName=NAME,
            KeySchema=[
                {"AttributeName": "service", "KeyType": "HASH"},
                {"AttributeName": "release_id", "KeyType": "RANGE"},
            ],
            AttributeDefinitions=[{"AttributeName": n, "AttributeType": "S"} for n in ("service", "release_id")],
            BillingMode="PAY_PER_REQUEST",
        )
        yield client


@pytest.fixture
def table(dynamodb: Any) -> DeploymentTable:
    made = DeploymentTable(dynamodb, NAME)
    made.open(Record(plan=PLAN, started="2026-11-23T12:00:00+00:00"))
    return made


def test_a_record_reads_back_as_it_was_written(table: DeploymentTable) -> None:
    record = table.acquire("shop", ID, "me", 100.0)
    smoke = SmokeReport(requests=3, latency_p50_ms=4.5, failures=("one: no",), agreement=None)
    live = Live(version="2", model_package_arn="a", endpoint_config_name="c", model_name="m", alarms=("x",))
    saved = table.save(
        record.advanced(
            Progress(
                replaces=live,
                smoke=smoke,
                scaling=SCALING,
                live_answers=LiveAnswers(by_version={"3": 1}),
                reason="because",
            )
        ),
        101.0,
    )
    assert table.get("shop", ID) == saved


def test_a_record_from_before_there_were_other_strategies_reads_back(table: DeploymentTable, dynamodb: Any) -> None:
    item = dynamodb.get_item(TableName=NAME, Key={"service": {"S": "shop"}, "release_id": {"S": ID}})["Item"]
    older = json.loads(item["plan"]["S"])
    for share in ("linear_percent", "rolling_percent", "rolling_back_percent"):
        del older["strategy"][share]
    dynamodb.put_item(TableName=NAME, Item={**item, "plan": {"S": json.dumps(older)}})
    assert table.get("shop", ID) is not None


def test_a_second_release_is_refused_and_names_the_first(table: DeploymentTable) -> None:
    second = plan(release_id="release#20261123T130000Z-0002")
    with pytest.raises(ReleaseOpen, match=f"Another release of shop is open: {ID}; nothing was changed") as refused:
        table.open(Record(plan=second))
    assert refused.value.exit_code == 2
    assert table.get("shop", second.release_id) is None


def test_another_service_may_release_at_the_same_time(table: DeploymentTable) -> None:
    table.open(Record(plan=plan(service="search")))
    assert table.open_release("search") == ID


def test_opening_again_after_a_lost_answer_is_no_second_release(table: DeploymentTable) -> None:
    table.open(Record(plan=PLAN))
    assert [record.started for record in table.releases("shop")] == ["2026-11-23T12:00:00+00:00"]


def test_a_lease_keeps_other_drivers_out_until_it_ends(table: DeploymentTable) -> None:
    table.acquire("shop", ID, "first", 100.0)
    with pytest.raises(LeaseHeld, match="is being driven by first"):
        table.acquire("shop", ID, "second", 100.0 + LEASE_SECONDS)
    assert table.acquire("shop", ID, "second", 101.0 + LEASE_SECONDS).attempt == 2


def test_a_lease_that_was_given_back_is_free_at_once(table: DeploymentTable) -> None:
    table.release_lease(table.acquire("shop", ID, "first", 100.0))
    assert table.acquire("shop", ID, "second", 100.0).lease_owner == "second"


def test_a_driver_that_was_overtaken_cannot_write(table: DeploymentTable) -> None:
    late = table.acquire("shop", ID, "late", 100.0)
    table.acquire("shop", ID, "next", 200.0)
    for write in (
        lambda: table.save(late, 201.0),
        lambda: table.set_pointer(late, 201.0),
        lambda: table.close(late, "succeeded", "now"),
    ):
        with pytest.raises(LeaseLost, match="Another driver has taken over"):
            write()
    assert table.pointer("shop") is None
    assert table.open_release("shop") == ID


def test_pointer_and_progress_are_written_together(table: DeploymentTable, dynamodb: Any) -> None:
    record = table.acquire("shop", ID, "me", 100.0)
    before = Live(version="2", model_package_arn="a", endpoint_config_name="c", model_name="m", release_id="r")
    table.set_pointer(record.advanced(Progress(replaces=before, pointer_set=True)), 101.0)
    pointer = table.pointer("shop")
    assert pointer
    assert pointer.current == record.becomes
    assert pointer.previous == before
    item = dynamodb.get_item(TableName=NAME, Key={"service": {"S": "shop"}, "release_id": {"S": "live"}})["Item"]
    assert item["model_package_arn"] == {"S": PACKAGE}
    assert item["version"] == {"S": "3"}
    assert item["release"] == {"S": ID}
    assert item["endpoint_config_name"] == {"S": PLAN.config_name}


def test_closing_gives_the_lock_back_and_ends_all_writes(table: DeploymentTable) -> None:
    record = table.acquire("shop", ID, "me", 100.0)
    table.close(record, "rolled_back", "2026-11-23T12:30:00+00:00")
    assert table.open_release("shop") is None
    with pytest.raises(LeaseLost):
        table.save(record, 102.0)
    closed = table.acquire("shop", ID, "other", 103.0)
    assert (closed.status, closed.finished) == ("rolled_back", "2026-11-23T12:30:00+00:00")


def test_releases_are_listed_newest_first_without_other_items(table: DeploymentTable) -> None:
    table.close(table.acquire("shop", ID, "me", 100.0), "succeeded", "now")
    newer = replace(PLAN, release_id="release#20261124T120000Z-0003")
    table.open(Record(plan=newer))
    assert [record.plan.release_id for record in table.releases("shop")] == [newer.release_id, ID]


def test_approvals_are_read_by_version_the_first_one_first(table: DeploymentTable, dynamodb: Any) -> None:
    values = {"service": "approval#shop", "approved_by": "ana", "reason": "good", "model_package_arn": PACKAGE}
    for version, person, at in (("3", "arn:bo", "2026-03-01"), ("3", "arn:cy", "2026-02-01"), ("33", "arn:di", "2026")):
        item = {**values, "release_id": f"{version}#{person}", "person": person, "at": at}
        dynamodb.put_item(TableName=NAME, Item={name: {"S": value} for name, value in item.items()})
    found = table.approvals("shop", "3")
    assert [(each.person, each.at) for each in found] == [("arn:cy", "2026-02-01"), ("arn:bo", "2026-03-01")]
    assert {(approval.approved_by, approval.model_package_arn) for approval in found} == {("ana", PACKAGE)}


def test_what_lies_beside_the_releases_is_no_approval(table: DeploymentTable, dynamodb: Any) -> None:
    forged = {"service": "shop", "release_id": "approval#3#arn:bo", "approved_by": "bo", "person": "arn:bo"}
    item = {**forged, "reason": "good", "at": "2026", "model_package_arn": PACKAGE}
    dynamodb.put_item(TableName=NAME, Item={name: {"S": value} for name, value in item.items()})
    assert table.approvals("shop", "3") == ()
