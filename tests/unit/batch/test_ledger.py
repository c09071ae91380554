from collections.abc import Iterator
from dataclasses import replace

import boto3
import pytest
from moto import mock_aws

from tests.unit.batch.test_record import RECORD
from trainyard.batch.ledger import Ledger

NAME = "trainyard-dev-deployments"


@pytest.fixture
def ledger(monkeypatch: pytest.MonkeyPatch) -> Iterator[Ledger]:
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    keys = ("service", "release_id")
    with mock_aws():
        client = boto3.Session("a", "b", region_name="eu-west-1").client("dynamodb")
        client.create_table(
            TableName=NAME,
            KeySchema=[{"AttributeName": n, "KeyType": k} for n, k in zip(keys, ("HASH", "RANGE"), strict=True)],
            AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name in keys],
            BillingMode="PAY_PER_REQUEST",
        )
        client.put_item(TableName=NAME, Item={"service": {"S": "shop"}, "release_id": {"S": "release#1"}})
        yield Ledger(client, NAME)


def test_of_two_starts_of_a_job_the_first_stays_who_started_it(ledger: Ledger) -> None:
    assert ledger.enter(RECORD) == RECORD
    assert ledger.enter(replace(RECORD, started_by="bo", started="2026-11-26")) == RECORD
    assert ledger.find("shop", RECORD.name) == RECORD


def test_checked_answers_are_noted_once_and_nothing_else_changes(ledger: Ledger) -> None:
    ledger.enter(RECORD)
    checked = replace(RECORD, output_sha256="5ca1ab1e")
    ledger.note_output(checked)
    assert ledger.find("shop", RECORD.name) == checked


def test_batches_are_listed_the_newest_first_without_what_else_the_table_holds(ledger: Ledger) -> None:
    for number in (2, 3, 1):
        ledger.enter(replace(RECORD, name=f"job-{number}", started=f"2026-11-2{number}"))
    ledger.enter(replace(RECORD, service="other"))
    assert [one.name for one in ledger.newest("shop", 2)] == ["job-3", "job-2"]


def test_an_unknown_batch_is_nobodys(ledger: Ledger) -> None:
    assert ledger.find("shop", "job-9") is None
