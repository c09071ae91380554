"""Fresh features: what the online store knows of customers since the model was trained.

Asked only when a request says so, briefly and once: an online store that does not answer costs a request 50 ms and the
next ones nothing, for PAUSE_SECONDS. What cannot be had is told by reason, and the model's own features are used.
"""

import math
import os
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
import numpy.typing as npt

from recommender.feature_store.layout import entity_id, moment, number, table_name
from recommender.features.definition import CUSTOMER_FEATURES

PROJECT = "ONLINE_STORE_PROJECT"
"""The environment variable with the project of the feature store; without it nothing is fresh.

Not the table: its name carries the schema, and which schema this code reads it alone knows.
"""

TIMEOUT_SECONDS = 0.05
PAUSE_SECONDS = 5.0

NOT_CONFIGURED = "no online store is configured"
NOT_ASKED = "the online store failed a moment ago and is left alone for a few seconds"
NOT_THERE = "the online store does not know the customer"
NOT_NEWER = "the online store has nothing newer than the model"
NOT_READABLE = "the online store's features cannot be read"
NOT_KNOWN = "the model does not know the customer"

Features = npt.NDArray[np.float32]


@dataclass(frozen=True, kw_only=True)
class Fresh:
    """What was found, and why not the rest."""

    features: Mapping[int, Features]
    """CUSTOMER_FEATURES by customer."""
    reasons: Mapping[int, str]
    """Of those that have none."""


class OnlineStore:
    """Reads customer features from DynamoDB.

    Args:
        project: of the feature store; None where there is none.
        served_at: what moment the model's own features are of.
        client: DynamoDB's; made at the first request that asks, so that others do not pay for boto3.
        clock: seconds, for the pause after a failure.
    """

    def __init__(
        self,
        project: str | None,
        served_at: datetime,
        client: Any = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._table = table_name(project) if project else None
        self._served_at = served_at
        self._client = client
        self._clock = clock
        self._paused_until = -math.inf
        self.fallbacks = 0
        """Customers answered with the model's features though fresh ones were asked for, since the start."""

    def of(self, customers: Sequence[int]) -> Fresh:
        """Return the fresh features of customers; never fails."""
        wanted = list(dict.fromkeys(customers))
        found: dict[int, Features] = {}
        reasons = self._read(wanted, found)
        self.fallbacks += len(reasons)
        return Fresh(features=found, reasons=reasons)

    def _read(self, wanted: list[int], found: dict[int, Features]) -> dict[int, str]:
        if self._table is None:
            return dict.fromkeys(wanted, NOT_CONFIGURED)
        if self._clock() < self._paused_until:
            return dict.fromkeys(wanted, NOT_ASKED)
        keys = {entity_id(customer): customer for customer in wanted}
        try:
            items = self._items(self._table, list(keys))
        except Exception as error:  # whatever boto3 raises: the answer must not depend on the online store
            self._paused_until = self._clock() + PAUSE_SECONDS
            return dict.fromkeys(wanted, f"the online store did not answer: {type(error).__name__}")
        by_customer = {keys[item["entity_id"]["S"]]: item for item in items}
        return {
            customer: reason
            for customer in wanted
            if (reason := self._take(customer, by_customer.get(customer), found)) is not None
        }

    def _items(self, table: str, keys: list[str]) -> list[dict[str, Any]]:
        if self._client is None:
            self._client = _client()
        request = {table: {"Keys": [{"entity_id": {"S": key}} for key in keys]}}
        return self._client.batch_get_item(RequestItems=request)["Responses"].get(table, [])

    def _take(self, customer: int, item: dict[str, Any] | None, found: dict[int, Features]) -> str | None:
        """Keep a customer's features; return why not where they are of no use."""
        if item is None:
            return NOT_THERE
        try:
            if moment(item) <= self._served_at:
                return NOT_NEWER
            values = item["values"]["M"]
            found[customer] = np.array([number(values[name]["B"]) for name in CUSTOMER_FEATURES], np.float32)
        except (KeyError, ValueError):
            return NOT_READABLE
        return None


def _client() -> Any:
    import boto3
    from botocore.config import Config

    timeouts = Config(connect_timeout=TIMEOUT_SECONDS, read_timeout=TIMEOUT_SECONDS, retries={"total_max_attempts": 1})
    return boto3.client("dynamodb", config=timeouts, region_name=os.environ.get("AWS_REGION"))
