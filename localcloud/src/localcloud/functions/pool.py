"""The processes of all functions: how many may run at once, which are warm, and when they go.

Source: Lambda developer guide, "Understanding Lambda function scaling" (reserved concurrency, throttling).
"""

import threading
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Generator
from contextlib import contextmanager

from localcloud.functions.errors import Throttled
from localcloud.functions.names import FunctionName
from localcloud.functions.worker import Worker

MOST_AT_ONCE = 32
"""Invocations of the whole cloud at once; AWS's default for an account is 1000."""


class Pool:
    """Leases processes. A process belongs to a function and a generation of it; an older generation's is ended."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._idle: dict[tuple[FunctionName, str], list[Worker]] = defaultdict(list)
        self._current: dict[FunctionName, str] = {}
        self._busy: Counter[FunctionName] = Counter()
        self._leased: set[Worker] = set()
        self._closed = False

    @property
    def closed(self) -> bool:
        """Whether the cloud is stopping: a process that ended now did not end by itself."""
        return self._closed

    @contextmanager
    def lease(
        self, function: FunctionName, generation: str, reserved: int | None, start: Callable[[], Worker]
    ) -> Generator[Worker]:
        """Give a warm process, or a new one, to the block alone.

        Raises:
            Throttled: the function's, or this cloud's, invocations at once are used up.
        """
        worker = self._enter(function, generation, reserved)
        try:
            worker = worker or self._started(start)
            yield worker
        finally:
            self._leave(function, generation, worker)

    def retire(self, function: FunctionName, but: str = "") -> None:
        """End a function's processes, but those of generation `but`: idle ones now, busy ones after their event."""
        with self._lock:
            self._current[function] = but
            keys = [key for key in self._idle if key[0] == function and key[1] != but]
            ended = [worker for key in keys for worker in self._idle.pop(key)]
        for worker in ended:
            worker.stop()

    def end_idle(self, seconds: float) -> None:
        """End processes that have waited longer than that."""
        before = time.monotonic() - seconds
        with self._lock:
            ended = [worker for idle in self._idle.values() for worker in idle if worker.idle_since < before]
            for key, idle in list(self._idle.items()):
                self._idle[key] = [worker for worker in idle if worker not in ended]
        for worker in ended:
            worker.stop()

    def close(self) -> None:
        """End all processes, busy ones too."""
        with self._lock:
            self._closed = True
            ended = [*self._leased, *(worker for idle in self._idle.values() for worker in idle)]
            self._idle.clear()
        for worker in ended:
            worker.stop()

    def _enter(self, function: FunctionName, generation: str, reserved: int | None) -> Worker | None:
        with self._lock:
            _check_limit(self._busy[function], reserved, self._busy.total())
            self._busy[function] += 1
            self._current.setdefault(function, generation)
            idle = self._idle[function, generation]
            while idle:
                worker = idle.pop()
                if worker.alive:
                    self._leased.add(worker)
                    return worker
                worker.stop()
            return None

    def _started(self, start: Callable[[], Worker]) -> Worker:
        worker = start()
        with self._lock:
            self._leased.add(worker)
            closed = self._closed
        if closed:
            worker.stop()
        return worker

    def _leave(self, function: FunctionName, generation: str, worker: Worker | None) -> None:
        with self._lock:
            self._busy[function] -= 1
            if worker is None:
                return
            self._leased.discard(worker)
            keep = worker.alive and not self._closed and self._current[function] == generation
            if keep:
                worker.idle_since = time.monotonic()
                self._idle[function, generation].append(worker)
        if not keep:
            worker.stop()


def _check_limit(busy: int, reserved: int | None, total: int) -> None:
    if reserved is not None and busy >= reserved:
        raise Throttled("Rate Exceeded.", "ReservedFunctionConcurrentInvocationLimitExceeded")
    if total >= MOST_AT_ONCE:
        text = f"Rate Exceeded. The local cloud runs {MOST_AT_ONCE} invocations at once."
        raise Throttled(text, "ConcurrentInvocationLimitExceeded")
