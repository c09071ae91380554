"""CloudWatch metrics: data points by account, region, namespace, name and exact dimensions."""

from collections.abc import Mapping, Sequence

from localcloud.scope import Scope


class MetricStore:
    """Takes data points."""

    def publish(
        self,
        scope: Scope,
        *,
        namespace: str,
        name: str,
        unit: str,
        dimensions: Mapping[str, str],
        values: Sequence[float],
    ) -> None:
        """Record `values`, all observed now."""
