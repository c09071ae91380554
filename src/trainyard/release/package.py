"""A model version as the registry holds it, as far as a release needs it."""

from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

from trainyard.errors import UsageError
from trainyard.release.observe import missing
from trainyard.release.plan import Container


@dataclass(frozen=True, kw_only=True)
class Package:
    """One version of a model package group."""

    version: str
    arn: str
    container: Container


def find_package(sagemaker: Any, service: str, group: str, version: str) -> Package:
    """Return one version of a group.

    Raises:
        UsageError: there is no such version; the message lists those there are.
    """
    arns = _versions(sagemaker, group)
    if version not in arns:
        have = ", ".join(sorted(arns, key=int)) or "none yet"
        raise UsageError(
            f"There is no version {version!r} of {service}; the registry has: {have}",
            where=f"model package group {group}",
            cure=f"Name one of these (`trainyard model list {service}` shows them)",
        )
    described = sagemaker.describe_model_package(ModelPackageName=arns[version])
    containers = described["InferenceSpecification"]["Containers"]
    return Package(version=version, arn=arns[version], container=_container(containers[0]))


def container_of_model(sagemaker: Any, model_name: str) -> Container:
    """Return the container of an existing model, without the version that a release added to it."""
    primary = sagemaker.describe_model(ModelName=model_name)["PrimaryContainer"]
    container = _container(primary)
    environment = {key: value for key, value in container.environment.items() if key != "MODEL_VERSION"}
    return Container(image=container.image, model_data_url=container.model_data_url, environment=environment)


def _versions(sagemaker: Any, group: str) -> dict[str, str]:
    found: dict[str, str] = {}
    try:
        for page in sagemaker.get_paginator("list_model_packages").paginate(ModelPackageGroupName=group):
            for summary in page["ModelPackageSummaryList"]:
                if "ModelPackageVersion" in summary:
                    found[str(summary["ModelPackageVersion"])] = summary["ModelPackageArn"]
    except ClientError as error:
        if not missing(error):
            raise
    return found


def _container(described: dict[str, Any]) -> Container:
    return Container(
        image=described["Image"],
        model_data_url=described.get("ModelDataUrl", ""),
        environment=dict(described.get("Environment") or {}),
    )
