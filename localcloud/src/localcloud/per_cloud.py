"""What runs beside the requests of a cloud: one of a kind for each cloud, begun by its first use."""

import threading
from collections.abc import Callable
from typing import Generic, Protocol, TypeVar

from localcloud.cloud import Cloud


class Runner(Protocol):
    """Something that runs for a cloud until it is closed."""

    cloud: Cloud

    def close(self) -> None:
        """End it; the cloud still answers."""
        ...


T = TypeVar("T", bound=Runner)


class PerCloud(Generic[T]):
    """Runners of one kind by their cloud; safe to use from several threads.

    Args:
        begin: makes the runner of a cloud.
    """

    def __init__(self, begin: Callable[[Cloud], T]) -> None:
        self._begin = begin
        self._running: dict[int, T] = {}
        self._guard = threading.Lock()

    def of(self, cloud: Cloud) -> T:
        """Return the runner of a cloud, which starts with the first call."""
        with self._guard:
            found = self._running.get(id(cloud))
            # An address may be used again for another cloud, once the first is gone.
            if found is None or found.cloud is not cloud:
                found = self._running[id(cloud)] = self._begin(cloud)
            return found

    def close(self, cloud: Cloud) -> None:
        """End the runner of a cloud that is about to stop, if it was begun."""
        with self._guard:
            found = self._running.pop(id(cloud), None)
        if found is not None:
            found.close()
