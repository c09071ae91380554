"""Asynchronous events: kept until they are dealt with, retried, and sent on to their destinations.

An event is durable before it is accepted; one whose invocation was cut off by the end of the cloud is run again.

Sources: Lambda developer guide, "How Lambda handles errors and retries with asynchronous invocation" (two more
attempts, after one minute and two; throttled events for up to six hours, from one second to five minutes apart).
"""

import base64
import logging
import threading
from datetime import datetime, timedelta
from typing import Any

from localcloud.cloud import Cloud
from localcloud.functions import records
from localcloud.functions.destinations import Destinations
from localcloud.functions.errors import Throttled
from localcloud.functions.invocation import Invoker, Outcome
from localcloud.functions.names import FunctionName
from localcloud.functions.pool import MOST_AT_ONCE
from localcloud.scope import Scope
from localcloud.store import Document

log = logging.getLogger(__name__)

EVENT = "FunctionEvent"
_RETRIES = 2
_AGE_SECONDS = 21_600
_RETRY_SECONDS = (60.0, 120.0)
_THROTTLE_SECONDS = 300.0
_LOOK_SECONDS = 1.0


class Asynchronous:
    """The queue of all functions' events, and the thread that takes them from it."""

    def __init__(self, cloud: Cloud, invoker: Invoker) -> None:
        self._cloud = cloud
        self._invoker = invoker
        self._destinations = Destinations(cloud)
        self._changed = threading.Condition()
        self._under_way: set[str] = set()
        self._closing = False
        self._begin_anew()
        cloud.spawn(self._work, "function-events")

    def accept(self, function: FunctionName, payload: bytes, request_id: str) -> None:
        """Keep an event; when this returns, a kill of the cloud does not lose it."""
        now = self._cloud.clock.now()
        event: Document = {
            "Function": function.name,
            "RequestId": request_id,
            "Payload": base64.b64encode(payload).decode(),
            "Accepted": now,
            "Due": now,
            "Failed": 0,
            "Throttled": 0,
        }
        self._cloud.store.put(function.scope, EVENT, request_id, event)
        with self._changed:
            self._changed.notify()

    def close(self) -> None:
        """Begin no more events."""
        with self._changed:
            self._closing = True
            self._changed.notify()

    def join(self, seconds: float) -> None:
        """Wait for the attempts under way to end, at most that long."""
        with self._changed:
            self._changed.wait_for(lambda: not self._under_way, seconds)

    def _begin_anew(self) -> None:
        """Let the age of what waits begin with the cloud: while it was stopped, its time stood still."""
        now = self._cloud.clock.now()
        for scope, request_id, _ in self._cloud.store.scan(EVENT):
            self._cloud.store.update(scope, EVENT, request_id, Accepted=now)

    def _work(self) -> None:
        while not self._closing and not self._cloud.stopping.is_set():
            try:
                wait = self._begin_due()
            except Exception:  # a store that is being closed, say: the events are still there
                if not self._closing:
                    log.exception("asynchronous events")
                wait = _LOOK_SECONDS
            with self._changed:
                if not self._closing:
                    self._changed.wait(wait)

    def _begin_due(self) -> float:
        """Begin what is due and may run; return for how long nothing else is."""
        now, wait = self._cloud.clock.now(), _LOOK_SECONDS
        for scope, request_id, event in self._cloud.store.scan(EVENT):
            with self._changed:
                if request_id in self._under_way or len(self._under_way) >= MOST_AT_ONCE:
                    continue
                left = (event["Due"] - now).total_seconds()
                if left > 0:
                    wait = min(wait, left)
                    continue
                self._under_way.add(request_id)
            self._cloud.spawn(lambda where=scope, one=event: self._attempt(where, one), "function-event")
        return wait

    def _attempt(self, scope: Scope, event: Document) -> None:
        try:
            self._deal_with(FunctionName(scope, event["Function"]), event)
        except Exception:
            if self._invoker.pool.closed:
                return  # cut off by the end of the cloud, whose next start runs it again
            log.exception("asynchronous event %s of %s", event["RequestId"], event["Function"])
            self._put_off(scope, event, _THROTTLE_SECONDS, "Throttled")
        finally:
            with self._changed:
                self._under_way.discard(event["RequestId"])
                self._changed.notify()

    def _deal_with(self, function: FunctionName, event: Document) -> None:
        document = records.find(self._cloud.store, function)
        if document is None:  # deleted since: nothing is left to run
            self._forget(function, event)
            return
        settings: Document = document.get("_EventInvoke") or {}
        if self._is_too_old(event, settings):
            self._end(function, document, event, "EventAgeExceeded", None)
            return
        try:
            outcome = self._invoker.invoke(function, base64.b64decode(event["Payload"]), event["RequestId"])
        except Throttled:
            pause = min(2.0 ** event["Throttled"], _THROTTLE_SECONDS)
            self._put_off(function.scope, event, pause, "Throttled")
            return
        if not outcome.failed:
            self._end(function, document, event, "Success", outcome)
        elif event["Failed"] < settings.get("MaximumRetryAttempts", _RETRIES):
            self._put_off(function.scope, event, _RETRY_SECONDS[event["Failed"]], "Failed")
        else:
            self._end(function, document, {**event, "Failed": event["Failed"] + 1}, "RetriesExhausted", outcome)

    def _is_too_old(self, event: Document, settings: Document) -> bool:
        most = self._cloud.clock.real(settings.get("MaximumEventAgeInSeconds", _AGE_SECONDS))
        return self._cloud.clock.now() - event["Accepted"] > timedelta(seconds=most)

    def _put_off(self, scope: Scope, event: Document, seconds: float, counter: str) -> None:
        due: datetime = self._cloud.clock.now() + timedelta(seconds=self._cloud.clock.real(seconds))
        changes: dict[str, Any] = {"Due": due, counter: event[counter] + 1}
        self._cloud.store.update(scope, EVENT, event["RequestId"], **changes)

    def _end(
        self, function: FunctionName, document: Document, event: Document, condition: str, outcome: Outcome | None
    ) -> None:
        self._destinations.send(function, document, event, condition, outcome)
        self._forget(function, event)

    def _forget(self, function: FunctionName, event: Document) -> None:
        self._cloud.store.delete(function.scope, EVENT, event["RequestId"])
