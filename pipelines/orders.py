"""The orders that a run can train on: what `trainyard data import` put into the raw bucket, or a database's history."""

from datetime import date
from typing import Any
from urllib.parse import urlsplit

from pipelines.errors import RunRefused


def orders_prefix(service: str) -> str:
    """Return the key prefix of a service's orders; below it lie `<date of the last order>-<hash>/orders.parquet`."""
    return f"{service}/orders/"


def history_uri(bucket: str, service: str) -> str:
    """Return where a service with a database keeps what it has read: increments, and the manifests that count them.

    Args:
        bucket: the features bucket, which jobs may write.
        service: its name.
    """
    return f"s3://{bucket}/{service}/history"


def latest_orders(bucket: str, service: str, s3: Any, before: date | None = None) -> str:
    """Return the address of the snapshot with the latest orders, of several the one imported last.

    Args:
        bucket: the environment's raw bucket.
        service: name of the model service.
        s3: a boto3 client.
        before: only snapshots whose last order is of an earlier day, as they were known on that one; None takes all.

    Raises:
        RunRefused: none has been imported.
    """
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=orders_prefix(service))
    found = [item for page in pages for item in page.get("Contents", [])]
    if before is not None:
        found = [item for item in found if _day(item["Key"], service) < before.isoformat()]
    if not found:
        raise RunRefused(
            f"No orders of {service}{f' before {before}' if before else ''} have been imported",
            where=f"s3://{bucket}/{orders_prefix(service)}",
            cure=f"Run `trainyard data import {service} FILE`",
        )
    newest = max(found, key=lambda item: (_day(item["Key"], service), item["LastModified"], item["Key"]))
    return f"s3://{bucket}/{newest['Key']}"


def check_orders(uri: str, s3: Any) -> str:
    """Return `uri` if there is an object at or below it.

    Raises:
        RunRefused: it is no S3 address, or there is nothing.
    """
    parts = urlsplit(uri)
    if parts.scheme != "s3" or not parts.netloc:
        raise RunRefused(
            f"The orders must be named by an S3 address, not {uri!r}",
            where="--orders",
            cure="`trainyard data import SERVICE FILE` uploads a file and prints its address",
        )
    try:
        found = s3.list_objects_v2(Bucket=parts.netloc, Prefix=parts.path.lstrip("/"), MaxKeys=1).get("KeyCount", 0)
    except s3.exceptions.NoSuchBucket:
        found = 0
    if not found:
        raise RunRefused(f"There are no orders at {uri}", where="--orders", cure="Use --latest, or import them first")
    return uri


def _day(key: str, service: str) -> str:
    return key.removeprefix(orders_prefix(service))[:10]
