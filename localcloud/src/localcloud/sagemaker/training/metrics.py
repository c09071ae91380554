"""Collects what a training container reports by its metric definitions, and publishes it to CloudWatch."""

from dataclasses import dataclass, field
from datetime import datetime

from localcloud.cloud import Cloud
from localcloud.sagemaker.jobs.metric_definitions import MetricDefinition, find_metrics
from localcloud.scope import Scope
from localcloud.store import Document

_NAMESPACE = "/aws/sagemaker/TrainingJobs"


@dataclass
class ReportedMetrics:
    """Every value of every metric, in the order of the container's output."""

    cloud: Cloud
    definitions: list[MetricDefinition]
    values: dict[str, list[tuple[float, datetime]]] = field(default_factory=dict)

    def read_line(self, line: str) -> None:
        """Take the metrics out of one line of output."""
        for name, value in find_metrics(self.definitions, line):
            self.values.setdefault(name, []).append((value, self.cloud.clock.now()))

    def final(self) -> list[Document]:
        """Return FinalMetricDataList: the last value of each metric."""
        return [
            {"MetricName": name, "Value": values[-1][0], "Timestamp": values[-1][1]}
            for name, values in self.values.items()
        ]

    def publish(self, scope: Scope, job_name: str) -> None:
        """Put all values into CloudWatch, as of now."""
        for name, values in self.values.items():
            self.cloud.metrics.publish(
                scope,
                namespace=_NAMESPACE,
                name=name,
                unit="None",
                dimensions={"TrainingJobName": job_name},
                values=[value for value, _ in values],
            )
