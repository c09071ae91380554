"""One version of a model, as the registry describes it."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from trainyard.registry.origin import Origin


@dataclass(frozen=True, kw_only=True)
class ModelVersion:
    """A model package of a service's group."""

    version: int
    arn: str
    created: datetime
    approval: str
    """PendingManualApproval, Approved or Rejected."""
    approval_description: str
    image: str
    model_data_url: str
    metadata: Mapping[str, str]
    """Lineage and metrics that the pipeline registered with it."""
    evaluation_url: str = ""
    """Where the evaluation that it was judged by is kept; empty where the package names none."""

    @classmethod
    def parse(cls, package: Mapping[str, Any]) -> "ModelVersion":
        """Read what DescribeModelPackage answers."""
        containers = package.get("InferenceSpecification", {}).get("Containers") or [{}]
        return cls(
            version=int(package["ModelPackageVersion"]),
            arn=package["ModelPackageArn"],
            created=package["CreationTime"],
            approval=package.get("ModelApprovalStatus", ""),
            approval_description=package.get("ApprovalDescription", ""),
            image=containers[0].get("Image", ""),
            model_data_url=containers[0].get("ModelDataUrl", ""),
            metadata=dict(package.get("CustomerMetadataProperties", {})),
            evaluation_url=(
                package.get("ModelMetrics", {}).get("ModelQuality", {}).get("Statistics", {}).get("S3Uri", "")
            ),
        )

    @property
    def origin(self) -> Origin | None:
        """Where it was promoted from, None for a version that was trained here."""
        return Origin.parse(self.metadata)

    @property
    def map_at_10(self) -> float | None:
        """The holdout's MAP@10, None for a package that the pipeline did not register."""
        try:
            return float(self.metadata["map_at_10"])
        except (KeyError, ValueError):
            return None

    def document(self) -> dict[str, Any]:
        """Return the version as JSON types."""
        return {
            "version": self.version,
            "arn": self.arn,
            "created": self.created.isoformat(),
            "approval": self.approval,
            "approval_description": self.approval_description,
            "image": self.image,
            "model_data_url": self.model_data_url,
            "evaluation_url": self.evaluation_url,
            "map_at_10": self.map_at_10,
            "promoted_from": asdict(self.origin) if self.origin else None,
            "metadata": dict(self.metadata),
        }
