"""A model package from its registration to its deletion; each change is announced as an event."""

import threading

from localcloud.cloud import Cloud
from localcloud.errors import AwsError, NotFoundError, ValidationError
from localcloud.sagemaker.names import check_name, from_arn
from localcloud.sagemaker.packages.groups import KIND as GROUP
from localcloud.sagemaker.packages.groups import find_group
from localcloud.sagemaker.service import Call, operation
from localcloud.sagemaker.tags import drop_tags, get_tags, set_tags
from localcloud.scope import Scope
from localcloud.store import Document

KIND = "ModelPackage"

_KEPT = (
    "ModelPackageDescription",
    "ModelPackageRegistrationType",
    "InferenceSpecification",
    "ValidationSpecification",
    "SourceAlgorithmSpecification",
    "CertifyForMarketplace",
    "MetadataProperties",
    "ModelMetrics",
    "Domain",
    "Task",
    "SamplePayloadUrl",
    "CustomerMetadataProperties",
    "DriftCheckBaselines",
    "AdditionalInferenceSpecifications",
    "SkipModelValidation",
    "SourceUri",
    "SecurityConfig",
    "ModelCard",
    "ModelLifeCycle",
)
_REPLACED_BY_UPDATE = (
    "ApprovalDescription",
    "InferenceSpecification",
    "ModelApprovalStatus",
    "ModelCard",
    "ModelLifeCycle",
    "ModelPackageRegistrationType",
    "SourceUri",
)
_APPROVALS = ("Approved", "Rejected", "PendingManualApproval")

_registering = threading.Lock()


@operation("CreateModelPackage")
def create_package(call: Call) -> Document:
    """Register a version in a group, or an unversioned package; a repeated ClientToken returns the first one's ARN."""
    named, grouped = call.params.get("ModelPackageName"), call.params.get("ModelPackageGroupName")
    if bool(named) == bool(grouped):
        raise ValidationError("Provide either ModelPackageName or ModelPackageGroupName, and not both.")
    with _registering:
        repeated = _of_token(call)
        if repeated:
            return {"ModelPackageArn": repeated}
        key, identity = _versioned(call, grouped) if grouped else _unversioned(call, str(named))
        document = {key: call.params[key] for key in _KEPT if key in call.params} | identity | _born(call)
        _fill_digests(call, document)
        call.cloud.store.put(call.scope, KIND, key, document)
    set_tags(call.cloud, call.scope, document["ModelPackageArn"], call.params.get("Tags"))
    announce(call, document)
    return {"ModelPackageArn": document["ModelPackageArn"]}


@operation("DescribeModelPackage")
def describe_package(call: Call) -> Document:
    """Return a package by ARN, or an unversioned one by name."""
    document = find_package(call.cloud, call.scope, call.params["ModelPackageName"])
    return {key: value for key, value in document.items() if not key.startswith("_")}


@operation("UpdateModelPackage")
def update_package(call: Call) -> Document:
    """Set approval, description and metadata of a package."""
    document = find_package(call.cloud, call.scope, call.params["ModelPackageArn"])
    status = call.params.get("ModelApprovalStatus")
    if status is not None:
        _check_approval(status)
        if "ModelPackageGroupName" not in document:
            raise ValidationError("ModelApprovalStatus does not apply to unversioned model packages.")
    changes = {key: call.params[key] for key in _REPLACED_BY_UPDATE if key in call.params}
    metadata = {**document.get("CustomerMetadataProperties", {}), **call.params.get("CustomerMetadataProperties", {})}
    for key in call.params.get("CustomerMetadataPropertiesToRemove", []):
        metadata.pop(key, None)
    if metadata or "CustomerMetadataProperties" in document:
        changes["CustomerMetadataProperties"] = metadata
    added = call.params.get("AdditionalInferenceSpecificationsToAdd")
    if added:
        changes["AdditionalInferenceSpecifications"] = [*document.get("AdditionalInferenceSpecifications", []), *added]
    key = from_arn(document["ModelPackageArn"], "model-package")
    updated = call.cloud.store.update(
        call.scope, KIND, key, **changes, LastModifiedTime=call.cloud.clock.now(), LastModifiedBy={}
    )
    announce(call, updated)
    return {"ModelPackageArn": document["ModelPackageArn"]}


@operation("DeleteModelPackage")
def delete_package(call: Call) -> None:
    """Delete a package; its version number is not given again."""
    document = find_package(call.cloud, call.scope, call.params["ModelPackageName"])
    arn = document["ModelPackageArn"]
    call.cloud.store.delete(call.scope, KIND, from_arn(arn, "model-package"))
    drop_tags(call.cloud, call.scope, arn)
    announce(call, {**document, "ModelPackageStatus": "Deleting"})


def find_package(cloud: Cloud, scope: Scope, name_or_arn: str) -> Document:
    """Return the document of a package.

    Raises:
        NotFoundError: there is none of that name.
    """
    name = from_arn(name_or_arn, "model-package")
    document = cloud.store.get(scope, KIND, name)
    if document is None:
        raise NotFoundError(f"ModelPackage {scope.arn('sagemaker', f'model-package/{name}')} does not exist.")
    return document


def announce(call: Call, document: Document) -> None:
    """Emit the event that tells of a package's present state."""
    arn = document["ModelPackageArn"]
    detail = {key: value for key, value in document.items() if not key.startswith("_")}
    tags = {tag["Key"]: tag["Value"] for tag in get_tags(call.cloud, call.scope, arn)}
    call.cloud.bus.emit(
        call.scope,
        source="aws.sagemaker",
        detail_type="SageMaker Model Package State Change",
        detail={**detail, "Tags": tags},
        resources=[arn],
    )


def _versioned(call: Call, group_name: str) -> tuple[str, Document]:
    group = find_group(call.cloud, call.scope, group_name)
    name, version = group["ModelPackageGroupName"], group["_LastVersion"] + 1
    approval = _check_approval(call.params.get("ModelApprovalStatus", "PendingManualApproval"))
    call.cloud.store.update(call.scope, GROUP, name, _LastVersion=version)
    key = f"{name}/{version}"
    return key, {
        "ModelPackageName": name,
        "ModelPackageGroupName": name,
        "ModelPackageVersion": version,
        "ModelPackageArn": call.scope.arn("sagemaker", f"model-package/{key}"),
        "ModelApprovalStatus": approval,
    }


def _unversioned(call: Call, name: str) -> tuple[str, Document]:
    check_name("ModelPackageName", name)
    if "ModelApprovalStatus" in call.params:
        raise ValidationError("ModelApprovalStatus does not apply to unversioned model packages.")
    arn = call.scope.arn("sagemaker", f"model-package/{name}")
    if call.cloud.store.get(call.scope, KIND, name) is not None:
        raise ValidationError(f"Model package already exists: {arn}")
    return name, {"ModelPackageName": name, "ModelPackageArn": arn}


def _born(call: Call) -> Document:
    return {
        "CreationTime": call.cloud.clock.now(),
        "CreatedBy": {},
        "ModelPackageStatus": "Completed",
        "ModelPackageStatusDetails": {"ValidationStatuses": [], "ImageScanStatuses": []},
        "_ClientToken": call.params.get("ClientToken"),
    }


def _of_token(call: Call) -> str | None:
    token = call.params.get("ClientToken")
    packages = call.cloud.store.find_all(call.scope, KIND) if token else []
    return next((package["ModelPackageArn"] for package in packages if package.get("_ClientToken") == token), None)


def _fill_digests(call: Call, document: Document) -> None:
    """Record what each image is now, so that a tag that moves later does not change the package."""
    for container in document.get("InferenceSpecification", {}).get("Containers", []):
        try:
            digest = call.cloud.images.resolve(call.scope, container["Image"]).digest
        except AwsError as error:
            raise ValidationError(f"The image of the model package cannot be used: {error.message}") from error
        container.setdefault("ImageDigest", digest)


def _check_approval(status: str) -> str:
    if status not in _APPROVALS:
        raise ValidationError(
            f"1 validation error detected: Value '{status}' at 'modelApprovalStatus' failed to satisfy constraint: "
            f"Member must satisfy enum value set: [{', '.join(_APPROVALS)}]"
        )
    return status
