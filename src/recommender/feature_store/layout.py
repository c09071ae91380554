"""How Feast lays features out in DynamoDB, as far as whoever reads them without Feast must know it.

An item has `entity_id` (a hash of the customer), `event_ts` (what moment its features are of) and `values` (name ->
protobuf). Feast 0.67, `entity_key_serialization_version` 3; a test writes with Feast and reads with this.
"""

import struct
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from recommender.feature_store.murmur import murmur3_128
from recommender.features.definition import SCHEMA

CUSTOMER_VIEW = f"customer_features_v{SCHEMA}"
"""A view a schema: a model reads only features that mean what it learned."""

PRODUCT_VIEW = f"product_features_v{SCHEMA}"

CUSTOMER_FILE = "customer_features.parquet"
"""The offline store's files, in the features step's output."""
PRODUCT_FILE = "product_features.parquet"

_STRING, _INT64 = 2, 4
"""Of Feast's ValueType."""

_FLOAT_TAG = 0x35
"""Field 6 (`float_val`) of Feast's Value, four bytes."""


def table_name(project: str, view: str = CUSTOMER_VIEW) -> str:
    """Return the DynamoDB table of a view, by Feast's own template."""
    return f"{project}.{view}"


def entity_id(customer: int) -> str:
    """Return the key of a customer's item."""
    key = b"customer"
    parts = (struct.pack("<III", 1, _STRING, len(key)), key, struct.pack("<IIq", _INT64, 8, customer))
    return murmur3_128(b"".join(parts)).hex()


def number(value: bytes) -> float:
    """Return the number in a protobuf Value; NaN where it is empty, which is how Feast writes what is missing.

    Raises:
        ValueError: it holds something else.
    """
    if not value:
        return float("nan")
    if len(value) != 5 or value[0] != _FLOAT_TAG:
        raise ValueError(f"a value of {len(value)} bytes that is no 32-bit number")
    return float(struct.unpack("<f", value[1:])[0])


def moment(item: Mapping[str, Any]) -> datetime:
    """Return what moment an item's features are of, in UTC without saying so, as all times here are."""
    told = datetime.fromisoformat(item["event_ts"]["S"])
    return told if told.tzinfo is None else told.astimezone(UTC).replace(tzinfo=None)
