"""Versions looked up."""

from typing import Any

from botocore.exceptions import ClientError

from trainyard.errors import UsageError
from trainyard.registry.package import ModelVersion


def list_versions(group: str, sagemaker: Any) -> list[ModelVersion]:
    """Return all versions of a group, the newest first."""
    pages = sagemaker.get_paginator("list_model_packages").paginate(ModelPackageGroupName=group)
    arns = [package["ModelPackageArn"] for page in pages for package in page["ModelPackageSummaryList"]]
    versions = [ModelVersion.parse(sagemaker.describe_model_package(ModelPackageName=arn)) for arn in arns]
    return sorted(versions, key=lambda one: one.version, reverse=True)


def find_version(group: str, version: int, sagemaker: Any) -> ModelVersion:
    """Return one version of a group.

    Raises:
        UsageError: there is no such version; the message lists those there are.
    """
    pages = sagemaker.get_paginator("list_model_packages").paginate(ModelPackageGroupName=group)
    arns = {
        int(package["ModelPackageVersion"]): package["ModelPackageArn"]
        for page in pages
        for package in page["ModelPackageSummaryList"]
    }
    if version not in arns:
        known = ", ".join(map(str, sorted(arns))) or "none yet"
        raise UsageError(
            f"There is no version {version} of this model; versions: {known}",
            where=f"model package group {group}",
            cure="`trainyard model list` shows them; a pipeline run that passes the gate makes a new one",
        )
    return ModelVersion.parse(sagemaker.describe_model_package(ModelPackageName=arns[version]))


def describe(arn: str, sagemaker: Any) -> ModelVersion | None:
    """Return the version behind an ARN, None where it has been deleted."""
    try:
        return ModelVersion.parse(sagemaker.describe_model_package(ModelPackageName=arn))
    except ClientError as error:
        if error.response["Error"]["Code"] in ("ValidationException", "ResourceNotFound"):
            return None
        raise
