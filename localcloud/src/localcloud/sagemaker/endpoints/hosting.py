"""All endpoints that one cloud runs, and the background work they share: metrics, captured data, logs."""

import logging
import threading
from collections.abc import Callable

from localcloud.cloud import Cloud
from localcloud.per_cloud import PerCloud
from localcloud.sagemaker.endpoints.capture import Capture
from localcloud.sagemaker.endpoints.host import EndpointHost
from localcloud.sagemaker.endpoints.invocation_metrics import InvocationMetrics
from localcloud.sagemaker.endpoints.log_shipping import LogShipping
from localcloud.sagemaker.endpoints.mirroring import Mirroring
from localcloud.scope import Scope

log = logging.getLogger(__name__)

_SHORTEST_METRIC_SECONDS = 0.1
_DELIVERY_SECONDS = 2.0


class Hosting:
    """The endpoints of one cloud by scope and name."""

    def __init__(self, cloud: Cloud) -> None:
        self.cloud = cloud
        self.metrics = InvocationMetrics(cloud)
        self.capture = Capture(cloud)
        self.mirroring = Mirroring(self.metrics, self.capture)
        self.logs = LogShipping(cloud)
        self._hosts: dict[tuple[Scope, str], EndpointHost] = {}
        self._gone: list[tuple[Scope, str]] = []
        self._lock = threading.Lock()
        # Metrics have a thread of their own: alarms must see them even while S3 or the logs are slow.
        pace = max(cloud.clock.real(1.0), _SHORTEST_METRIC_SECONDS)
        cloud.spawn(lambda: self._repeat(pace, self.metrics.flush), "endpoint-metrics")
        cloud.spawn(lambda: self._repeat(_DELIVERY_SECONDS, self.deliver), "endpoint-delivery")

    def find(self, scope: Scope, name: str) -> EndpointHost | None:
        """Return the running endpoint of that name, or None."""
        return self._hosts.get((scope, name))

    def open(self, scope: Scope, name: str) -> EndpointHost:
        """Return a new host; the caller gives it its first task."""
        host = EndpointHost(self.cloud, scope, name)
        with self._lock:
            self._hosts[scope, name] = host
        return host

    def forget(self, host: EndpointHost) -> None:
        """Take a host that has nothing left to do out of service."""
        with self._lock:
            self._hosts.pop((host.record.scope, host.record.name), None)
            self._gone.append((host.record.scope, host.record.name))
        host.end()

    def deliver(self) -> None:
        """Write captured data to S3 and new log lines to CloudWatch Logs."""
        self.capture.flush()
        with self._lock:
            gone, self._gone = self._gone, []
            places = [*gone, *self._hosts]
        for scope, name in places:
            self.logs.ship(scope, name)

    def close(self) -> None:
        """End all instances and deliver what is left; the cloud still answers."""
        self.mirroring.close()
        for host in list(self._hosts.values()):
            host.close()
        self.metrics.flush()
        self.deliver()

    def _repeat(self, seconds: float, action: Callable[[], None]) -> None:
        while not self.cloud.stopping.wait(seconds):
            try:
                action()
            except Exception:
                if not self.cloud.stopping.is_set():
                    log.exception("endpoints: background delivery failed; it is tried again")


_hostings = PerCloud(Hosting)
hosting = _hostings.of
close = _hostings.close
