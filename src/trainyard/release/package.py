"""A model version as the registry holds it, as far as a release needs it."""

from dataclasses import dataclass, replace
from typing import Any

from trainyard.registry import find_version
from trainyard.release.plan import Container


@dataclass(frozen=True, kw_only=True)
class Package:
    """One version of a model package group."""

    version: str
    arn: str
    container: Container
    status: str
    """PendingManualApproval, Approved or Rejected."""


def find_package(sagemaker: Any, group: str, version: int) -> Package:
    """Return one version of a group.

    Raises:
        UsageError: there is no such version; the message lists those there are.
    """
    arn = find_version(group, version, sagemaker).arn
    described = sagemaker.describe_model_package(ModelPackageName=arn)
    container = _container(described["InferenceSpecification"]["Containers"][0])
    data_hash = described.get("CustomerMetadataProperties", {}).get("data_hash", "")
    return Package(
        version=str(version),
        arn=arn,
        container=replace(container, data_hash=data_hash),
        status=described.get("ModelApprovalStatus", ""),
    )


def container_of_model(sagemaker: Any, model_name: str) -> Container:
    """Return the container of an existing model, without the version that a release added to it."""
    primary = sagemaker.describe_model(ModelName=model_name)["PrimaryContainer"]
    container = _container(primary)
    environment = {key: value for key, value in container.environment.items() if key != "MODEL_VERSION"}
    return Container(image=container.image, model_data_url=container.model_data_url, environment=environment)


def _container(described: dict[str, Any]) -> Container:
    return Container(
        image=described["Image"],
        model_data_url=described.get("ModelDataUrl", ""),
        environment=dict(described.get("Environment") or {}),
    )
