"""Feast over what the features step wrote: joined as of then, published, and read back by serving without Feast."""

import os
import subprocess
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import boto3
import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.parquet as parquet
import pytest
from moto.server import ThreadedMotoServer

from recommender.container import Container
from recommender.feature_store.layout import CUSTOMER_FILE, table_name
from recommender.feature_store.materialize import materialize
from recommender.features.definition import CUSTOMER_FEATURES
from recommender.features.step import compute_features
from recommender.serving.fresh import NOT_NEWER, NOT_THERE, OnlineStore
from recommender.simulation.step import simulated_orders
from tests.pipelines.test_spark_features import snapshot_in
from trainyard.errors import TrainyardError
from trainyard.tool_environment import tool_environment

ROOT = Path(__file__).parents[2]
PROJECT = "trainyard_test_recommender"
CREDENTIALS = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_DEFAULT_REGION": "eu-west-1"}


@pytest.fixture(scope="module")
def features(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the features step wrote, of six moments."""
    folder = tmp_path_factory.mktemp("features")
    orders = folder / "orders.parquet"
    parquet.write_table(simulated_orders(rows=6_000, seed=5), orders)
    container = snapshot_in(folder, orders)
    compute_features(container, ["--candidates", "20", "--discovery-candidates", "20"])
    return container.processing_output("features")


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    server = ThreadedMotoServer(port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


def feast(features: Path, endpoint: str, *command: str) -> str:
    try:
        python = tool_environment(ROOT / "requirements" / "feast.lock", print) / "python"
    except TrainyardError as error:
        pytest.skip(f"Feast's own environment cannot be made here: {error}")
    arguments = ["--features", features, "--project", PROJECT, "--region", "eu-west-1", "--endpoint-url", endpoint]
    done = subprocess.run(
        [python, "-m", "recommender.feature_store", *arguments, *command],
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT / "src"), "HOME": str(features), **CREDENTIALS},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return done.stdout


def test_a_historical_join_gives_each_customer_the_features_of_then(
    features: Path, endpoint: str, tmp_path: Path
) -> None:
    """Ours, by the last moment at or before each entity's, against Feast's point-in-time join."""
    offline = parquet.read_table(features / CUSTOMER_FILE)
    moments = sorted(set(offline["event_timestamp"].to_pylist()))
    assert len(moments) > 2
    asked = [moments[0], moments[1] - timedelta(microseconds=1), moments[1], moments[-1] + timedelta(days=3)]
    customers = sorted(set(offline["customer"].to_pylist()))[::5]
    rows = [{"customer": customer, "event_timestamp": at} for at in asked for customer in customers]
    kind = pa.schema({"customer": pa.int64(), "event_timestamp": pa.timestamp("us", tz="UTC")})
    parquet.write_table(pa.Table.from_pylist(rows, schema=kind), tmp_path / "entities.parquet")
    feast(features, endpoint, "historical", str(tmp_path / "entities.parquet"), str(tmp_path / "joined.parquet"))

    with duckdb.connect() as database:
        names = ", ".join(CUSTOMER_FEATURES)
        ours, theirs = (
            database.sql(query).fetchnumpy()
            for query in (
                f"""SELECT {names} FROM '{tmp_path}/entities.parquet' e ASOF LEFT JOIN '{features}/{CUSTOMER_FILE}' f
                ON e.customer = f.customer AND e.event_timestamp >= f.event_timestamp
                ORDER BY e.event_timestamp, e.customer""",
                f"SELECT {names} FROM '{tmp_path}/joined.parquet' ORDER BY event_timestamp, customer",
            )
        )
    for name in CUSTOMER_FEATURES:
        one, other = (np.ma.filled(found[name].astype(np.float64), np.nan) for found in (ours, theirs))
        np.testing.assert_array_equal(one, other, err_msg=name)


def test_what_feast_publishes_serving_reads_bit_by_bit(
    features: Path, endpoint: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in CREDENTIALS.items():
        monkeypatch.setenv(name, value)
    said = feast(features, endpoint, "publish")
    offline = parquet.read_table(features / CUSTOMER_FILE)
    newest: datetime = max(offline["event_timestamp"].to_pylist())
    of_newest = offline.filter(pa.compute.equal(offline["event_timestamp"], newest))
    assert f"published {of_newest.num_rows} customers" in said

    client = boto3.client("dynamodb", endpoint_url=endpoint)
    served_at = newest.replace(tzinfo=None)
    customers = of_newest["customer"].to_pylist()[:50]
    found = OnlineStore(PROJECT, served_at - timedelta(days=1), client).of([*customers, 1])
    assert found.reasons == {1: NOT_THERE}
    ours = np.column_stack([of_newest[name].to_numpy()[:50] for name in CUSTOMER_FEATURES])
    np.testing.assert_array_equal(np.stack([found.features[customer] for customer in customers]), ours)
    same = OnlineStore(PROJECT, served_at, client).of(customers[:1])
    assert same.reasons == {customers[0]: NOT_NEWER}


def test_the_step_writes_the_very_items_that_feast_writes(
    features: Path, endpoint: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in CREDENTIALS.items():
        monkeypatch.setenv(name, value)
    feast(features, endpoint, "publish")
    client = boto3.client("dynamodb", endpoint_url=endpoint)
    client.create_table(
        TableName=table_name("ours"),
        KeySchema=[{"AttributeName": "entity_id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "entity_id", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    container = Container(root=tmp_path)
    container.processing_input("features").parent.mkdir(parents=True)
    container.processing_input("features").symlink_to(features)
    materialize(container, ["--project", "ours"], client)

    ours, theirs = (items(client, table_name(project)) for project in ("ours", PROJECT))
    assert len(ours) > 50
    assert ours == theirs


def items(client: Any, table: str) -> dict[str, Any]:
    pages = client.get_paginator("scan").paginate(TableName=table)
    return {item["entity_id"]["S"]: item for page in pages for item in page["Items"]}
