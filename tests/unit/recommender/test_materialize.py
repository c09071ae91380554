"""The materialize step: the newest features of everybody reach the table of their schema, and never go back in time."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import boto3
import numpy as np
import pyarrow as pa
import pyarrow.parquet as parquet
import pytest
from moto import mock_aws

from recommender.container import Container
from recommender.errors import BadOnlineStore
from recommender.feature_store.layout import CUSTOMER_FILE, customer_item, number, table_name
from recommender.feature_store.materialize import materialize
from recommender.features.definition import CUSTOMER_FEATURES
from recommender.serving.fresh import NOT_NEWER, NOT_THERE, OnlineStore

PROJECT = "trainyard_dev_recommender"
FIRST, NEWEST = datetime(2024, 8, 1, tzinfo=UTC), datetime(2024, 9, 1, tzinfo=UTC)


@pytest.fixture
def dynamodb(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    with mock_aws():
        client = boto3.client("dynamodb", "eu-west-1", aws_access_key_id="a", aws_secret_access_key="b")
        client.create_table(
            TableName=table_name(PROJECT),
            KeySchema=[{"AttributeName": "entity_id", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "entity_id", "AttributeType": "S"}],
            BillingMode="PAY_PER_REQUEST",
        )
        yield client


def run(root: Path, dynamodb: Any, rows: dict[datetime, dict[int, float]], project: str = PROJECT) -> dict[str, Any]:
    """Run the step on one number a customer and moment, which all features have; return its report."""
    flat = [(customer, at, value) for at, known in rows.items() for customer, value in known.items()]
    customers, moments, values = zip(*flat, strict=True)
    columns = {"customer": pa.array(customers), "event_timestamp": pa.array(moments, pa.timestamp("us", tz="UTC"))}
    columns |= dict.fromkeys(CUSTOMER_FEATURES, pa.array(values, pa.float32(), from_pandas=True))
    container = Container(root=root)
    folder = container.processing_input("features")
    folder.mkdir(parents=True, exist_ok=True)
    parquet.write_table(pa.table(columns), folder / CUSTOMER_FILE)
    materialize(container, ["--project", project], dynamodb)
    return json.loads((container.processing_output("materialized") / "materialized.json").read_text())


def read(dynamodb: Any, *customers: int, since: datetime = FIRST) -> tuple[dict[int, float], dict[int, str]]:
    found = OnlineStore(PROJECT, since.replace(tzinfo=None), dynamodb).of(customers)
    assert all(len(set(features.tolist())) == 1 for features in found.features.values())
    return {customer: float(features[0]) for customer, features in found.features.items()}, dict(found.reasons)


def test_containers_read_the_newest_moment_of_everybody_and_nothing_older(tmp_path: Path, dynamodb: Any) -> None:
    report = run(tmp_path, dynamodb, {FIRST: {1: 10.0, 3: 30.0}, NEWEST: {1: 11.5, 2: 20.25}})
    assert report == {
        "table": "trainyard_dev_recommender.customer_features_v2",
        "schema": 2,
        "moment": "2024-09-01T00:00:00+00:00",
        "customers": 2,
        "written": 2,
        "kept": 0,
    }
    assert read(dynamodb, 1, 2, 3) == ({1: 11.5, 2: 20.25}, {3: NOT_THERE})
    assert read(dynamodb, 1, since=NEWEST) == ({}, {1: NOT_NEWER})


def test_a_run_on_older_orders_takes_nothing_back_and_one_of_the_same_day_corrects(
    tmp_path: Path, dynamodb: Any
) -> None:
    run(tmp_path / "1", dynamodb, {NEWEST: {1: 1.0, 2: 2.0}})
    older = run(tmp_path / "2", dynamodb, {NEWEST - timedelta(days=1): {1: 7.0, 3: 3.0}})
    assert (older["written"], older["kept"]) == (1, 1)
    assert read(dynamodb, 1, 2, 3)[0] == {1: 1.0, 2: 2.0, 3: 3.0}
    same = run(tmp_path / "3", dynamodb, {NEWEST: {1: 9.0}})
    assert (same["written"], same["kept"]) == (1, 0)
    assert read(dynamodb, 1)[0] == {1: 9.0}


def test_more_customers_than_a_block_are_all_written(
    tmp_path: Path, dynamodb: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("recommender.feature_store.materialize.BLOCK", 7)
    report = run(tmp_path, dynamodb, {NEWEST: {customer: float(customer) for customer in range(1, 51)}})
    assert report["written"] == 50
    assert read(dynamodb, *range(1, 51))[0] == {customer: float(customer) for customer in range(1, 51)}


def test_a_table_that_is_not_there_is_named_with_the_dial(tmp_path: Path, dynamodb: Any) -> None:
    expected = (
        r"the online store's table trainyard_dev_other\.customer_features_v2 does not take features: .*"
        r"ResourceNotFoundException.*; is 2 among the service's online_store\.feature_schemas"
    )
    with pytest.raises(BadOnlineStore, match=expected):
        run(tmp_path, dynamodb, {NEWEST: {1: 1.0}}, project="trainyard_dev_other")


def test_what_is_missing_is_empty_as_feast_has_it_and_zero_is_not() -> None:
    item = customer_item(1, NEWEST, {"a": None, "b": float("nan"), "c": 0.0, "d": 1.5})
    values = {name: value["B"] for name, value in item["values"]["M"].items()}
    assert values == {"a": b"", "b": b"", "c": b"5\x00\x00\x00\x00", "d": b"5\x00\x00\xc0?"}
    assert np.isnan(number(values["a"]))
    assert item["event_ts"] == {"S": "2024-09-01 00:00:00+00:00"}
