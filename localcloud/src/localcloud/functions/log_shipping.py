"""Sends functions' log lines to CloudWatch Logs, on a thread of its own, so that no invocation waits for them."""

import logging
import queue
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from localcloud.sagemaker.jobs.log_shipping import LogStream
from localcloud.scope import Scope

log = logging.getLogger(__name__)

_MOST_EVENTS = 5_000
_LINE_BYTES = 250_000


@dataclass(frozen=True)
class Place:
    """A stream of a log group."""

    scope: Scope
    group: str
    stream: str


class LogShipping:
    """Takes lines at once and writes them in their order."""

    def __init__(self, client: Callable[[str, Scope], Any]) -> None:
        self._client = client
        self._queue: queue.SimpleQueue[tuple[Place, list[dict[str, Any]]] | None] = queue.SimpleQueue()
        self._known: set[Place] = set()
        self._thread = threading.Thread(target=self._work, name="function-logs", daemon=True)
        self._thread.start()

    def take(self, place: Place, lines: list[str]) -> None:
        """Take lines; they get this moment's time."""
        now = int(time.time() * 1000)
        if lines:
            self._queue.put((place, [{"timestamp": now, "message": line[:_LINE_BYTES]} for line in lines]))

    def close(self) -> None:
        """Write what was taken, and end."""
        self._queue.put(None)
        self._thread.join(timeout=10)

    def _work(self) -> None:
        while (taken := self._queue.get()) is not None:
            place, events = taken
            try:
                self._write(place, events)
            except Exception:  # lines that cannot be written must not keep the next ones from being
                log.exception("log stream %s of %s", place.stream, place.group)

    def _write(self, place: Place, events: list[dict[str, Any]]) -> None:
        stream = LogStream(client=self._client("logs", place.scope), group=place.group, name=place.stream)
        if place not in self._known:
            stream.create()
            self._known.add(place)
        for start in range(0, len(events), _MOST_EVENTS):
            stream.put(events[start : start + _MOST_EVENTS])
