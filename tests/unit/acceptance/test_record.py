from dataclasses import replace
from datetime import UTC, datetime

from tests.unit.acceptance.test_check import Runtime, answered, judged
from tests.unit.registry.conftest import TABLE, Registry
from trainyard.acceptance import AcceptanceRecord, record
from trainyard.acceptance.check import Acceptance
from trainyard.registry.archive import Stamp

AT = datetime(2026, 3, 1, 12, tzinfo=UTC)
BY = "arn:aws:iam::000000000001:user/ada"


def recorded(acceptance: Acceptance) -> AcceptanceRecord:
    return record.record_of(
        acceptance,
        endpoint_config_name="shop-staging-3-0a",
        config_created=AT,
        archive=Stamp(etag='"e"', modified="2026-03-01T11:00:00+00:00"),
        at=AT,
        by=BY,
    )


def test_a_result_reads_back_as_it_was_kept(registry: Registry) -> None:
    kept = recorded(judged(Runtime(answered())))
    assert (kept.passed, kept.requests, kept.version, kept.accepted_by) == (True, 4, "3", BY)
    record.write(kept, "shop", TABLE, registry.dynamodb)
    assert record.read("shop", "3", TABLE, registry.dynamodb) == kept
    assert record.read("shop", "4", TABLE, registry.dynamodb) is None
    assert [item["release_id"] for item in registry.dynamodb.scan(TableName=TABLE)["Items"]] == [{"S": "acceptance#3"}]


def test_a_failure_takes_back_what_passed_before_and_says_what_was_wrong(registry: Registry) -> None:
    record.write(recorded(judged(Runtime(answered()))), "shop", TABLE, registry.dynamodb)
    record.write(recorded(judged(Runtime(answered(products=2)))), "shop", TABLE, registry.dynamodb)
    found = record.read("shop", "3", TABLE, registry.dynamodb)
    assert found
    assert (found.passed, found.failures) == (False, 1)
    assert found.wrong == "one customer: customer 1: 1 distinct products expected, 2 given"


def test_no_request_is_no_acceptance() -> None:
    assert not replace(recorded(judged(Runtime(answered()))), requests=0).passed
