import json
from pathlib import Path

import boto3
import pyarrow.parquet as parquet
import pytest
from moto import mock_aws

from recommender.container import Container
from recommender.errors import BadSource
from recommender.ingest import ingest
from recommender.ingest.secret import database_of_secret
from recommender.ingest.source import OrdersTable, parse_table
from recommender.ingest.step import open_source
from recommender.ingest.store import BucketStore
from recommender.orders import SCHEMA
from tests.unit.recommender.ingest.shop_files import insert

WHOLE = {"host": "db.shop.example", "dbname": "shop", "username": "reader", "password": "s3cret", "ca": "PEM"}


@pytest.mark.parametrize("name", ["orders.sqlite", "orders.db", "orders.duckdb"])
def test_an_imported_database_is_read_like_a_file_of_orders(name: str, tmp_path: Path) -> None:
    container = Container(root=tmp_path)
    folder = container.processing_input("orders")
    folder.mkdir(parents=True)
    insert(folder / name, [3, 1])
    ingest(container)
    orders = parquet.read_table(container.processing_output("snapshot") / "orders.parquet")
    assert (orders.schema, orders["invoice_no"].to_pylist()) == (SCHEMA, ["500001", "500003"])


def test_a_run_on_a_database_says_which_snapshot_it_took_and_can_take_it_again(tmp_path: Path) -> None:
    path, history = tmp_path / "orders.sqlite", tmp_path / "history"
    told = list[dict[str, object]]()
    for run, more in enumerate(([1, 2], [3])):
        insert(path, more)
        container = Container(root=tmp_path / str(run))
        ingest(container, ("--source", str(path), "--history", str(history)))
        told.append(json.loads((container.processing_output("snapshot") / "snapshot.json").read_text()))
    assert [(document["rows"], document["new_rows"]) for document in told] == [(2, 2), (3, 1)]
    again = Container(root=tmp_path / "again")
    path.unlink()
    ingest(again, ("--source", str(path), "--history", str(history), "--orders", str(told[0]["orders_uri"])))
    assert json.loads((again.processing_output("snapshot") / "snapshot.json").read_text()) == told[0]


def test_a_manifest_of_another_history_is_refused(tmp_path: Path) -> None:
    arguments = ("--source", "x.sqlite", "--history", str(tmp_path), "--orders", "s3://other/manifests/0000000001.json")
    with pytest.raises(BadSource, match="is no manifest of the history at"):
        ingest(Container(root=tmp_path), arguments)


@pytest.mark.parametrize("title", ["a.b.c", "orders; DROP TABLE orders", 'a"b', "", "shop."])
def test_a_table_is_plain_identifiers(title: str) -> None:
    with pytest.raises(BadSource, match="is no table"):
        parse_table(title)


def test_a_table_may_name_its_schema() -> None:
    assert parse_table("shop.lines", "id") == OrdersTable(schema="shop", name="lines", key="id")


def test_what_is_no_source_is_refused() -> None:
    with pytest.raises(BadSource, match=r"orders\.xlsx is neither a secret's ARN nor a file"):
        open_source("orders.xlsx", OrdersTable()).__enter__()


@pytest.mark.parametrize("lacking", sorted(WHOLE))
def test_a_secret_that_lacks_something_is_refused_without_telling_the_rest(lacking: str) -> None:
    with mock_aws():
        client = boto3.client("secretsmanager", region_name="eu-west-1")
        value = {name: told for name, told in WHOLE.items() if name != lacking}
        arn = client.create_secret(Name="source", SecretString=json.dumps(value))["ARN"]
        with pytest.raises(BadSource, match=f"lacks {lacking}; docs/data.md") as refused:
            database_of_secret(arn, OrdersTable(), client).__enter__()
    assert not any(told in str(refused.value) for told in value.values())


def test_a_secret_without_a_value_is_named() -> None:
    with mock_aws():
        client = boto3.client("secretsmanager", region_name="eu-west-1")
        arn = client.create_secret(Name="source")["ARN"]
        with pytest.raises(BadSource, match="has its value been set"):
            database_of_secret(arn, OrdersTable(), client).__enter__()


def test_a_bucket_lets_one_of_two_claim_a_name(tmp_path: Path) -> None:
    with mock_aws():
        s3 = boto3.client("s3", region_name="us-east-1")
        s3.create_bucket(Bucket="features")
        store = BucketStore("features", "recommender/history/", s3)
        assert store.claim("manifests/0000000001.json", b"first")
        assert not store.claim("manifests/0000000001.json", b"second")
        (tmp_path / "file").write_bytes(b"rows")
        store.keep(tmp_path / "file", "increments/1.parquet")
        assert store.names("manifests") == ["manifests/0000000001.json"]
        store.fetch("manifests/0000000001.json", tmp_path / "read")
        assert (tmp_path / "read").read_bytes() == b"first"
        assert store.address("increments/1.parquet") == "s3://features/recommender/history/increments/1.parquet"
