"""How Feast lays features out in DynamoDB, as far as whoever writes and reads them without Feast must know it.

An item has `entity_id` (a hash of the customer), `event_ts` (what moment its features are of) and `values` (name ->
protobuf). Feast 0.67, `entity_key_serialization_version` 3; tests compare it with Feast both ways.
"""

import math
import struct
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, TypeAlias

from recommender.feature_store.murmur import murmur3_128
from recommender.features.definition import SCHEMA

Item: TypeAlias = dict[str, dict[str, Any]]
"""As DynamoDB's client takes and gives it."""

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


def customer_item(customer: int, at: datetime, features: Mapping[str, float | None]) -> Item:
    """Return a customer's item of a moment, which has a time zone; features that are missing are None or NaN."""
    values = {name: {"B": packed(value)} for name, value in features.items()}
    told = at.astimezone(UTC).isoformat(sep=" ")
    return {"entity_id": {"S": entity_id(customer)}, "event_ts": {"S": told}, "values": {"M": values}}


def packed(value: float | None) -> bytes:
    """Return the protobuf Value of a number, in 32 bits; an empty one where it is missing."""
    return b"" if value is None or math.isnan(value) else bytes([_FLOAT_TAG]) + struct.pack("<f", value)


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
