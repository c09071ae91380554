"""The model package that a promotion makes: the source's, with the target's image and archive, and its origin."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from trainyard.errors import TrainyardError, UsageError
from trainyard.registry import ModelVersion, Origin, list_versions

_KEPT = ("ModelPackageDescription", "Domain", "Task", "SkipModelValidation", "ModelCard")
_CONTAINER = ("Environment", "ContainerHostname", "Framework", "FrameworkVersion", "NearestModelName")
"""What a container keeps beside image and archive; addresses of the source's buckets are not among it."""


@dataclass(frozen=True, kw_only=True)
class Content:
    """What of a version lies in the target now."""

    image: str
    image_digest: str
    archive_url: str
    archive_sha256: str


def find_promoted(versions: Sequence[ModelVersion], origin: Origin) -> ModelVersion | None:
    """Return the version that an earlier promotion of the same package made, None before the first."""
    return next((version for version in versions if version.origin and version.origin.package == origin.package), None)


def request(described: dict[str, Any], group: str, origin: Origin, content: Content) -> dict[str, Any]:
    """Return the request of CreateModelPackage.

    The token makes SageMaker take two requests for the same content as one.

    Args:
        described: what DescribeModelPackage says in the source.
        group: of the target.
        origin: where it comes from.
        content: what was copied.

    Raises:
        UsageError: the model is served by several containers.
    """
    specification = described["InferenceSpecification"]
    containers = specification["Containers"]
    if len(containers) != 1:
        raise UsageError(f"The model is served by {len(containers)} containers; one is promoted", where=origin.package)
    kept = {name: containers[0][name] for name in _CONTAINER if name in containers[0]}
    return {
        **{name: described[name] for name in _KEPT if name in described},
        "ModelPackageGroupName": group,
        "ModelApprovalStatus": "PendingManualApproval",
        "InferenceSpecification": {
            **specification,
            "Containers": [{**kept, "Image": content.image, "ModelDataUrl": content.archive_url}],
        },
        "CustomerMetadataProperties": {
            **described.get("CustomerMetadataProperties", {}),
            **origin.metadata(),
            "archive_sha256": content.archive_sha256,
            "image_digest": content.image_digest,
        },
        "ClientToken": str(
            uuid.uuid5(uuid.NAMESPACE_URL, f"{origin.package} {content.archive_sha256} {content.image}")
        ),
    }


def register(sagemaker: Any, group: str, asked: dict[str, Any]) -> ModelVersion:
    """Create the package, and return the one version that there is then.

    Raises:
        TrainyardError: it is not in the registry.
    """
    arn = sagemaker.create_model_package(**asked)["ModelPackageArn"]
    found = next((version for version in list_versions(group, sagemaker) if version.arn == arn), None)
    if found is None:
        raise TrainyardError("The package was made, and is not in the registry", where=arn)
    return found
