"""Fresh features: used where the online store has newer ones, and where not, the answer says why."""

import json
import struct
import subprocess
import sys
from datetime import datetime, timedelta
from typing import Any

import numpy as np
import pytest
from botocore.exceptions import ReadTimeoutError

from recommender.feature_store.layout import entity_id, number
from recommender.feature_store.murmur import murmur3_128
from recommender.features.definition import CUSTOMER_FEATURES, SCHEMA
from recommender.features.state import State
from recommender.serving import fresh
from recommender.serving.fresh import OnlineStore
from recommender.serving.server import load_service
from recommender.serving.service import Service
from tests.unit.recommender.synthetic import Run
from tests.unit.recommender.test_service import Client, ask

SERVED = datetime(2024, 9, 1)
NEWER = (SERVED + timedelta(days=1)).isoformat(sep=" ") + "+00:00"


@pytest.mark.parametrize(
    ("customer", "key"),
    [
        (0, "aa331b33cb564bd7049ba8ad1fb331d1"),
        (17850, "95724dc303b8497378851f54cd9518d9"),
        (2**63 - 1, "5d8241af397b00118782828430bf3ed6"),
    ],
)
def test_keys_are_feasts(customer: int, key: str) -> None:
    """From Feast 0.67's compute_entity_id."""
    assert entity_id(customer) == key


def test_the_hash_is_murmurs_at_every_length_of_its_tail() -> None:
    """Test values of the algorithm's published implementation, seed 0."""
    known = {b"": "00000000000000000000000000000000", b"hello": "029bbd41b3a7d8cb191dae486a901e5b"}
    assert {data: murmur3_128(data).hex() for data in known} == known


def test_numbers_are_feasts_and_other_kinds_are_refused() -> None:
    assert number(b"5\x00\x00\xc0?") == 1.5
    assert np.isnan(number(b""))
    with pytest.raises(ValueError, match="9 bytes that is no 32-bit number"):
        number(b"\x29" + struct.pack("<d", 1.5))


class Table:
    """DynamoDB's client, of one table in memory; `failure` is raised instead of an answer."""

    def __init__(self, failure: Exception | None = None) -> None:
        self.items: dict[str, dict[str, Any]] = {}
        self.calls = 0
        self.failure = failure

    def put(self, customer: int, at: str = NEWER, **changed: float) -> None:
        values = dict.fromkeys(CUSTOMER_FEATURES, 1.0) | changed
        packed = {name: {"B": b"5" + struct.pack("<f", value)} for name, value in values.items()}
        key = entity_id(customer)
        self.items[key] = {"entity_id": {"S": key}, "event_ts": {"S": at}, "values": {"M": packed}}

    def batch_get_item(self, RequestItems: dict[str, Any]) -> dict[str, Any]:
        self.calls += 1
        if self.failure is not None:
            raise self.failure
        ((table, asked),) = RequestItems.items()
        keys = [key["entity_id"]["S"] for key in asked["Keys"]]
        return {"Responses": {table: [self.items[key] for key in keys if key in self.items]}}


def test_features_come_in_the_order_of_their_names() -> None:
    table = Table()
    table.put(5, customer_orders=7.0, customer_quantity=3.0)
    found = OnlineStore("t", SERVED, table).of([5])
    assert found.reasons == {}
    assert found.features[5].tolist() == [7.0] + [1.0] * (len(CUSTOMER_FEATURES) - 2) + [3.0]


def test_what_is_missing_old_or_unreadable_is_told_by_customer() -> None:
    table = Table()
    table.put(2, at="2024-09-01 00:00:00+00:00")
    table.put(3)
    del table.items[entity_id(3)]["values"]["M"]["customer_orders"]
    store = OnlineStore("t", SERVED, table)
    assert store.of([1, 2, 3]).reasons == {1: fresh.NOT_THERE, 2: fresh.NOT_NEWER, 3: fresh.NOT_READABLE}
    assert store.fallbacks == 3
    assert OnlineStore(None, SERVED).of([1]).reasons == {1: fresh.NOT_CONFIGURED}


def test_only_the_table_of_the_codes_own_schema_is_read() -> None:
    class Named(Table):
        asked: tuple[str, ...] = ()

        def batch_get_item(self, RequestItems: dict[str, Any]) -> dict[str, Any]:
            self.asked = (*self.asked, *RequestItems)
            return super().batch_get_item(RequestItems)

    table = Named()
    OnlineStore("shop", SERVED, table).of([1])
    assert table.asked == (f"shop.customer_features_v{SCHEMA}",)


def test_a_silent_store_is_asked_once_and_left_alone_for_a_while() -> None:
    table, now = Table(ReadTimeoutError(endpoint_url="")), [100.0]
    store = OnlineStore("t", SERVED, table, clock=lambda: now[0])
    assert store.of([1]).reasons == {1: "the online store did not answer: ReadTimeoutError"}
    now[0] += fresh.PAUSE_SECONDS - 0.1
    assert store.of([1]).reasons == {1: fresh.NOT_ASKED}
    assert table.calls == 1
    now[0] += 0.2
    table.failure = None
    table.put(1)
    assert list(store.of([1]).features) == [1]


def test_the_client_gives_up_early_and_tries_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_REGION", "eu-west-1")
    config = fresh._client().meta.config
    assert (config.connect_timeout, config.read_timeout) == (0.05, 0.05)
    assert config.retries["total_max_attempts"] == 1


def service_of(run: Run, table: Table | None) -> Service:
    service = load_service(run.step("train"), "7", "t")
    service._online_store = OnlineStore("t" if table else None, SERVED, table)
    return service


def test_a_request_for_fresh_features_says_what_each_answer_was_made_of(
    run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    known = State.load(run.step("train").model / "states" / "general").customers[:2].tolist()
    table = Table()
    table.put(known[0], customer_orders=90.0, customer_days_since_order=300.0)
    table.put(99)
    client = Client(service_of(run, table))
    before = ask(client, {"customers": [*known, 99]})[1]["recommendations"]
    capsys.readouterr()
    after = ask(client, {"customers": [*known, 99], "fresh": True})[1]["recommendations"]
    line = json.loads(capsys.readouterr().out)

    told = [(one["features"], one.get("features_reason")) for one in after]
    assert told == [("fresh", None), ("model", fresh.NOT_THERE), ("model", fresh.NOT_KNOWN)]
    assert after[0]["products"] != before[0]["products"]
    assert after[1]["products"] == before[1]["products"]
    assert (line["fresh"], line["fresh_missed"], line["fresh_fallbacks_total"]) == (2, {fresh.NOT_THERE: 1}, 1)


def test_an_explanation_rests_on_the_features_that_the_answer_was_made_of(run: Run) -> None:
    known = int(State.load(run.step("train").model / "states" / "general").customers[0])
    table = Table()
    table.put(known, customer_orders=90.0)
    recommender = service_of(run, table)._recommenders.general
    vector = OnlineStore("t", SERVED, table).of([known]).features
    ranking = recommender.recommend([known], 3, vector)[0]
    reasons = recommender.because(ranking, count=60, fresh=vector)[0]
    assert {reason.value for reason in reasons if reason.feature == "customer_orders"} == {90.0}


def test_a_request_that_asks_for_nothing_fresh_never_reads_the_store(run: Run) -> None:
    table = Table()
    client = Client(service_of(run, table))
    answer = ask(client, {"customer_id": 99})[1]["recommendations"][0]
    assert table.calls == 0
    assert "features" not in answer


def test_fresh_must_be_true_or_false(run: Run) -> None:
    status, answer = ask(Client(service_of(run, None)), {"customer_id": 1, "fresh": "yes"})
    assert (status, answer["error"]["message"]) == (400, "fresh must be true or false, not text")


def test_the_server_starts_without_what_only_fresh_features_and_other_steps_need() -> None:
    imported = "import sys, recommender.serving.server; print(*sys.modules)"
    modules = subprocess.run(
        [sys.executable, "-c", imported], capture_output=True, text=True, check=True
    ).stdout.split()
    assert "recommender.serving.fresh" in modules
    assert not {"boto3", "botocore", "ibis", "duckdb"} & set(modules)
