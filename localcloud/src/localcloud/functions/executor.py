"""What runs the functions of one cloud: its processes, and the events that wait for them."""

import threading

from localcloud.cloud import Cloud
from localcloud.functions.asynchronous import Asynchronous
from localcloud.functions.invocation import Invoker

_IDLE_SECONDS = 600.0
_LEAST_IDLE_SECONDS = 30.0
_SWEEP_SECONDS = 5.0
_LAST_ATTEMPTS_SECONDS = 5.0

_running: dict[int, "Executor"] = {}
_guard = threading.Lock()


class Executor:
    """Begins with its first use; `close` ends every process."""

    def __init__(self, cloud: Cloud) -> None:
        self.cloud = cloud
        self.invoker = Invoker(cloud)
        self.events = Asynchronous(cloud, self.invoker)
        cloud.spawn(self._sweep, "functions-idle")

    def close(self) -> None:
        """Take no more events, end all processes and write the last log lines; the cloud still answers."""
        self.events.close()
        self.invoker.pool.close()
        self.events.join(_LAST_ATTEMPTS_SECONDS)
        self.invoker.close()

    def _sweep(self) -> None:
        longest = max(self.cloud.clock.real(_IDLE_SECONDS), _LEAST_IDLE_SECONDS)
        while not self.cloud.stopping.wait(_SWEEP_SECONDS):
            self.invoker.pool.end_idle(longest)


def executor_of(cloud: Cloud) -> Executor:
    """Return what runs the functions of a cloud."""
    with _guard:
        found = _running.get(id(cloud))
        # An address may be used again for another cloud, once the first is gone.
        if found is None or found.cloud is not cloud:
            found = _running[id(cloud)] = Executor(cloud)
        return found


def close(cloud: Cloud) -> None:
    """End what runs the functions of a cloud that is about to stop."""
    with _guard:
        found = _running.pop(id(cloud), None)
    if found is not None:
        found.close()
