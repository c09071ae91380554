from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import boto3
import pytest
from moto import mock_aws

from trainyard.data import CheckedOrders, import_orders

ACCOUNT = "123456789012"


@pytest.fixture
def s3() -> Iterator[Any]:
    with mock_aws():
        client = boto3.client("s3", "eu-west-1", aws_access_key_id="a", aws_secret_access_key="b")
        client.create_bucket(Bucket="raw", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
        yield client


def checked(folder: Path, content: bytes, name: str = "orders.parquet") -> CheckedOrders:
    path = folder / name
    path.write_bytes(content)
    moment = datetime(2011, 8, 31, 17, 30)
    return CheckedOrders(
        path=path, sha256="0123456789abcdef" * 4, rows=1, customers=1, first_order=moment, last_order=moment
    )


def upload(orders: CheckedOrders, s3: Any):
    return import_orders(orders, bucket="raw", account=ACCOUNT, service="recommender", s3=s3)


def test_orders_are_kept_unchanged_under_the_last_orders_day_and_the_hash(tmp_path: Path, s3: Any) -> None:
    done = upload(checked(tmp_path, b"bytes"), s3)
    assert done.uri == "s3://raw/recommender/orders/2011-08-31-0123456789ab/orders.parquet"
    found = s3.get_object(Bucket="raw", Key=done.uri.removeprefix("s3://raw/"))
    assert (found["Body"].read(), found["Metadata"]["sha256"]) == (b"bytes", done.sha256)


def test_the_same_orders_again_are_not_uploaded_again(tmp_path: Path, s3: Any) -> None:
    orders = checked(tmp_path, b"bytes")
    assert not upload(orders, s3).already_there
    before = s3.head_object(Bucket="raw", Key="recommender/orders/2011-08-31-0123456789ab/orders.parquet")
    orders.path.write_bytes(b"would overwrite")
    assert upload(orders, s3).already_there
    after = s3.head_object(Bucket="raw", Key="recommender/orders/2011-08-31-0123456789ab/orders.parquet")
    assert after["ETag"] == before["ETag"]


def test_a_csv_keeps_its_suffix(tmp_path: Path, s3: Any) -> None:
    assert upload(checked(tmp_path, b"a,b", "Orders.CSV"), s3).uri.endswith("/orders.csv")
