"""The materialize step: each customer's newest features into the online store, in Feast's own layout, without Feast."""

import argparse
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute
import pyarrow.parquet as parquet
from botocore.exceptions import BotoCoreError, ClientError

from recommender.container import Container, write_json
from recommender.errors import BadOnlineStore
from recommender.feature_store.layout import CUSTOMER_FILE, Item, customer_item, table_name
from recommender.features.definition import CUSTOMER_FEATURES, SCHEMA

pc: Any = pyarrow.compute

WRITERS = 16
"""Items under way at once: each is a call of its own, since only single items can be written on a condition."""

BLOCK = 4096
"""Customers in memory as items."""

_NOT_OLDER = "attribute_not_exists(entity_id) OR event_ts <= :moment"
"""Texts of one form, in UTC, order as the moments do; of the same moment the later run counts."""


def materialize(container: Container, arguments: Sequence[str], dynamodb: Any = None) -> None:
    """Read features/ and write the features of the newest moment to the table of this schema.

    What is there of a later moment stays: a run on older orders takes nothing back. The report tells how many.

    Args:
        container: its folders.
        arguments: of the step.
        dynamodb: a boto3 client; made of the job's own environment where none is given.

    Raises:
        BadOnlineStore: the table is not there, or does not take the items.
    """
    parser = argparse.ArgumentParser(prog="recommender materialize")
    parser.add_argument("--project", required=True, help="Feast's project: first part of the table's name")
    table = table_name(parser.parse_args(arguments).project)
    rows, moment = newest(container.processing_input("features") / CUSTOMER_FILE)
    written = publish(rows, moment, table, dynamodb or _client())
    report = {"table": table, "schema": SCHEMA, "moment": moment.isoformat(), "customers": rows.num_rows}
    report |= {"written": written, "kept": rows.num_rows - written}
    write_json(container.processing_output("materialized") / "materialized.json", report)
    print(f"wrote {written} customers of {moment:%Y-%m-%d} to {table}; {rows.num_rows - written} had newer features")


def newest(file: Path) -> tuple[pa.Table, datetime]:
    """Return the rows of an offline store's last moment, and that moment."""
    moment: datetime = pc.max(parquet.read_table(file, columns=["event_timestamp"])["event_timestamp"]).as_py()
    return parquet.read_table(file, filters=[("event_timestamp", "=", moment)]), moment


def publish(rows: pa.Table, moment: datetime, table: str, dynamodb: Any) -> int:
    """Write the rows that are not older than what is there; return how many were.

    Raises:
        BadOnlineStore: the table is not there, or does not take them.
    """
    put = partial(_put, table=table, dynamodb=dynamodb)
    try:
        with ThreadPoolExecutor(WRITERS) as pool:
            return sum(sum(pool.map(put, _items(block, moment))) for block in rows.to_batches(max_chunksize=BLOCK))
    except (BotoCoreError, ClientError) as error:
        raise BadOnlineStore(
            f"the online store's table {table} does not take features: {error}; is {SCHEMA} among the service's "
            "online_store.feature_schemas, and the environment brought up since?"
        ) from error


def _items(rows: pa.RecordBatch, moment: datetime) -> Iterator[Item]:
    columns = [rows.column(name).to_pylist() for name in CUSTOMER_FEATURES]
    for customer, *values in zip(rows.column("customer").to_pylist(), *columns, strict=True):
        yield customer_item(customer, moment, dict(zip(CUSTOMER_FEATURES, values, strict=True)))


def _put(item: Item, *, table: str, dynamodb: Any) -> bool:
    moment = {":moment": item["event_ts"]}
    try:
        dynamodb.put_item(TableName=table, Item=item, ConditionExpression=_NOT_OLDER, ExpressionAttributeValues=moment)
    except dynamodb.exceptions.ConditionalCheckFailedException:
        return False
    return True


def _client() -> Any:
    import boto3
    from botocore.config import Config

    # A table that is paid by request takes twice its last peak at once, and is throttled for a moment beyond it.
    patient = Config(max_pool_connections=WRITERS, retries={"mode": "adaptive", "total_max_attempts": 10})
    return boto3.client("dynamodb", config=patient)
