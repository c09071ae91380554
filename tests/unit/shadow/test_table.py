from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import boto3
import pytest
from moto import mock_aws

from tests.unit.release.plans import plan as release_plan
from tests.unit.shadow.plans import plan, record
from trainyard.release.begin import refuse_second
from trainyard.release.conflict import ReleaseOpen, ShadowOpen
from trainyard.release.record import Record
from trainyard.release.table import DeploymentTable
from trainyard.shadow.begin import unfinished
from trainyard.shadow.table import Overtaken, ShadowTable

NAME = "trainyard-dev-deployments"
RELEASE = Record(plan=release_plan())


@pytest.fixture
def dynamodb(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    for variable in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(variable, "test")
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    with mock_aws():
        client = boto3.client("dynamodb", region_name="eu-west-1")
        keys = ("service", "release_id")
        client.create_table(
            TableName=NAME,
            KeySchema=[{"AttributeName": n, "KeyType": t} for n, t in zip(keys, ("HASH", "RANGE"), strict=True)],
            AttributeDefinitions=[{"AttributeName": n, "AttributeType": "S"} for n in keys],
            BillingMode="PAY_PER_REQUEST",
        )
        yield client


@pytest.fixture
def deployments(dynamodb: Any) -> DeploymentTable:
    return DeploymentTable(dynamodb, NAME)


@pytest.fixture
def table(dynamodb: Any) -> ShadowTable:
    made = ShadowTable(dynamodb, NAME)
    made.open(record())
    return made


def test_a_record_reads_back_as_it_was_written(table: ShadowTable) -> None:
    running = replace(record(), phase="running", running_since=12.5, intent="10:00")
    table.save(running, "starting")
    assert table.get("shop") == running


def test_no_release_opens_beside_a_shadow_and_is_told_how_to_stop_it(
    table: ShadowTable, deployments: DeploymentTable
) -> None:
    with pytest.raises(ShadowOpen, match="end it with `trainyard shadow stop shop`") as refused:
        deployments.open(RELEASE)
    assert refused.value.exit_code == 2
    with pytest.raises(ShadowOpen):
        refuse_second("shop", deployments)
    assert deployments.releases("shop") == []


def test_no_shadow_opens_beside_a_release(dynamodb: Any, deployments: DeploymentTable) -> None:
    deployments.open(RELEASE)
    shadows = ShadowTable(dynamodb, NAME)
    with pytest.raises(ReleaseOpen, match=RELEASE.plan.release_id):
        shadows.open(record())
    with pytest.raises(ReleaseOpen):
        unfinished("shop", 4, deployments, shadows)
    assert shadows.get("shop") is None


def test_a_second_shadow_is_refused_and_a_repeated_call_is_not(table: ShadowTable) -> None:
    table.open(record())
    with pytest.raises(ShadowOpen):
        table.open(record(plan=plan(shadow_id="shadow#other")))


def test_only_the_cut_off_start_of_the_same_version_goes_on(table: ShadowTable, deployments: DeploymentTable) -> None:
    assert unfinished("shop", 4, deployments, table) == record()
    with pytest.raises(ShadowOpen):
        unfinished("shop", 5, deployments, table)
    table.save(record(phase="running"), "starting")
    with pytest.raises(ShadowOpen):
        unfinished("shop", 4, deployments, table)


def test_a_writer_that_was_overtaken_is_refused(table: ShadowTable) -> None:
    stopping = table.stop(record(intent="10:00"))
    assert (stopping.phase, stopping.intent) == ("stopping", None)
    with pytest.raises(Overtaken):
        table.save(record(), "starting")
    assert table.get("shop") == stopping


def test_a_closed_shadow_lets_releases_in_and_closing_again_harms_nobody(
    table: ShadowTable, deployments: DeploymentTable
) -> None:
    table.close(record())
    assert table.get("shop") is None
    deployments.open(RELEASE)
    table.close(record())
    assert deployments.open_release("shop") == RELEASE.plan.release_id
