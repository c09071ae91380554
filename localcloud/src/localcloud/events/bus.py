"""The bus: puts the cloud's own events on an account's default bus, where its rules and their targets take them."""

import json
import logging
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from localcloud.scope import Scope

log = logging.getLogger(__name__)


class EventBridge:
    """Emits events through the cloud's own API, so that they are journaled like any other request."""

    def __init__(self, client: Callable[[str, Scope], Any]) -> None:
        self._client = client

    def emit(
        self, scope: Scope, *, source: str, detail_type: str, detail: Mapping[str, Any], resources: Sequence[str]
    ) -> None:
        """Deliver one event; failures are logged, never raised to the emitter."""
        try:
            text = json.dumps(detail, default=_encode)
            entry = {"Source": source, "DetailType": detail_type, "Detail": text, "Resources": list(resources)}
            self._client("events", scope).put_events(Entries=[entry])
        except Exception:  # an event that cannot be delivered must not undo what it tells of
            log.exception("event %r of %s could not be delivered", detail_type, ", ".join(resources))


def _encode(value: Any) -> Any:
    """Return a time as SageMaker's events give it: milliseconds since the epoch."""
    if isinstance(value, datetime):
        return int(value.timestamp() * 1000)
    raise TypeError(f"an event cannot hold {type(value).__name__}")
