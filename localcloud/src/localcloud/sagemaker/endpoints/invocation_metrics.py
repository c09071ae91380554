"""The metrics AWS publishes for each invocation, collected and published in batches.

Names, units and dimensions: AWS's guide "Monitor Amazon SageMaker AI with CloudWatch". Each is published for the
variant, and again with the endpoint configuration, by which an old and a new fleet can be told apart.
"""

import threading
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from localcloud.cloud import Cloud
from localcloud.scope import Scope

_NAMESPACE = "AWS/SageMaker"

Dimensions = tuple[tuple[str, str], ...]


@dataclass(frozen=True, kw_only=True)
class Invocation:
    """One served request; `status` is the container's (5xx also for no answer), latencies in microseconds."""

    scope: Scope
    endpoint: str
    variant: str
    config_name: str
    instances: int
    status: int
    model_microseconds: float
    overhead_microseconds: float


class InvocationMetrics:
    """Collects invocations from all threads until `flush`."""

    def __init__(self, cloud: Cloud) -> None:
        self._cloud = cloud
        self._lock = threading.Lock()
        self._pending: list[Invocation] = []

    def record(self, invocation: Invocation) -> None:
        """Add one invocation."""
        with self._lock:
            self._pending.append(invocation)

    def flush(self) -> None:
        """Publish what was collected."""
        with self._lock:
            pending, self._pending = self._pending, []
        series: dict[tuple[Scope, str, str, Dimensions], list[float]] = defaultdict(list)
        for invocation in pending:
            for name, unit, dimensions, value in data_points(invocation):
                series[invocation.scope, name, unit, dimensions].append(value)
        for (scope, name, unit, dimensions), values in series.items():
            self._cloud.metrics.publish(
                scope, namespace=_NAMESPACE, name=name, unit=unit, dimensions=dict(dimensions), values=values
            )


def data_points(invocation: Invocation) -> Iterable[tuple[str, str, Dimensions, float]]:
    """Return name, unit, dimensions and value of each data point of an invocation."""
    variant: Dimensions = (("EndpointName", invocation.endpoint), ("VariantName", invocation.variant))
    fleet: Dimensions = (*variant, ("EndpointConfigName", invocation.config_name))
    values = (
        ("Invocations", "Count", 1.0),
        ("Invocation4XXErrors", "Count", float(400 <= invocation.status < 500)),
        ("Invocation5XXErrors", "Count", float(invocation.status >= 500)),
        ("ModelLatency", "Microseconds", invocation.model_microseconds),
        ("OverheadLatency", "Microseconds", invocation.overhead_microseconds),
    )
    points = [(name, unit, dimensions, value) for name, unit, value in values for dimensions in (variant, fleet)]
    # What target tracking scales by; AWS publishes it for the variant only, without a unit.
    points.append(("InvocationsPerInstance", "None", variant, 1.0 / max(1, invocation.instances)))
    return points
