"""CloudWatch metrics: data points kept by exact dimensions, and the statistics and expressions over them."""

from localcloud.metrics.store import MetricStore

__all__ = ["MetricStore"]
