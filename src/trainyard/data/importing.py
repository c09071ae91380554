"""Checked orders put into the raw bucket, once: their key carries the last order's day and the content's hash."""

from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

from pipelines.orders import orders_prefix
from trainyard.data.checking import CheckedOrders

_HASH_DIGITS = 12


@dataclass(frozen=True, kw_only=True)
class ImportedOrders:
    """Where the orders are now."""

    uri: str
    sha256: str
    already_there: bool


def import_orders(orders: CheckedOrders, *, bucket: str, account: str, service: str, s3: Any) -> ImportedOrders:
    """Upload a checked file unless the same content is there already.

    Args:
        orders: what `check_orders_file` returned.
        bucket: the environment's raw bucket.
        account: that must own the bucket.
        service: name of the model service.
        s3: a boto3 client.
    """
    folder = f"{orders.last_order:%Y-%m-%d}-{orders.sha256[:_HASH_DIGITS]}"
    key = f"{orders_prefix(service)}{folder}/orders{orders.path.suffix.lower()}"
    there = _is_there(bucket, key, account, s3)
    if not there:
        s3.upload_file(
            str(orders.path),
            bucket,
            key,
            ExtraArgs={"ExpectedBucketOwner": account, "Metadata": {"sha256": orders.sha256}},
        )
    return ImportedOrders(uri=f"s3://{bucket}/{key}", sha256=orders.sha256, already_there=there)


def _is_there(bucket: str, key: str, account: str, s3: Any) -> bool:
    try:
        s3.head_object(Bucket=bucket, Key=key, ExpectedBucketOwner=account)
    except ClientError as error:
        if error.response["ResponseMetadata"]["HTTPStatusCode"] != 404:
            raise
        return False
    return True
