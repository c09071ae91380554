"""Models: a container and its artifacts, checked when they are created, as AWS does, and immutable afterwards."""

import re
from typing import Any

from localcloud.cloud import Cloud
from localcloud.errors import NotFoundError, ValidationError
from localcloud.sagemaker.listing import listed
from localcloud.sagemaker.names import check_name, from_arn
from localcloud.sagemaker.service import Call, operation
from localcloud.sagemaker.tags import drop_tags, get_tags, set_tags
from localcloud.scope import Scope
from localcloud.store import Document

_KIND = "Model"
_KEPT = (
    "ModelName",
    "PrimaryContainer",
    "Containers",
    "InferenceExecutionConfig",
    "ExecutionRoleArn",
    "VpcConfig",
    "EnableNetworkIsolation",
)
_MAXIMUM_CONTAINERS = 15


@operation("CreateModel")
def create_model(call: Call) -> Document:
    """Create a model whose containers, role and artifacts exist."""
    name = check_name("ModelName", call.params["ModelName"])
    arn = call.scope.arn("sagemaker", f"model/{name}")
    if call.cloud.store.get(call.scope, _KIND, name) is not None:
        raise ValidationError(f'Cannot create already existing model "{arn}".')
    _check(call)
    document = {key: call.params[key] for key in _KEPT if key in call.params}
    for container in _containers(document):
        container.setdefault("Mode", "SingleModel")
    document.setdefault("EnableNetworkIsolation", False)
    call.cloud.store.put(call.scope, _KIND, name, {**document, "CreationTime": call.cloud.clock.now(), "ModelArn": arn})
    set_tags(call.cloud, call.scope, arn, call.params.get("Tags"))
    _announce(call, arn, call.params)
    return {"ModelArn": arn}


@operation("DescribeModel")
def describe_model(call: Call) -> Document:
    """Return a model."""
    return find_model(call.cloud, call.scope, call.params["ModelName"])


@operation("DeleteModel")
def delete_model(call: Call) -> None:
    """Delete a model; endpoints that run it go on."""
    document = find_model(call.cloud, call.scope, call.params["ModelName"])
    call.cloud.store.delete(call.scope, _KIND, document["ModelName"])
    _announce(call, document["ModelArn"], document)
    drop_tags(call.cloud, call.scope, document["ModelArn"])


@operation("ListModels")
def list_models(call: Call) -> Document:
    """Return one page of models, the newest first."""
    return listed(
        call.cloud.store.find_all(call.scope, _KIND),
        call.params,
        result="Models",
        name="ModelName",
        summary=("ModelName", "ModelArn", "CreationTime"),
    )


def find_model(cloud: Cloud, scope: Scope, name: str) -> Document:
    """Return the document of a model.

    Raises:
        NotFoundError: there is none of that name.
    """
    document = cloud.store.get(scope, _KIND, name)
    if document is None:
        raise NotFoundError(f'Could not find model "{scope.arn("sagemaker", f"model/{name}")}".')
    return document


def runnable_container(cloud: Cloud, scope: Scope, model_name: str) -> Document:
    """Return the first container of a model with Image, ModelDataUrl and Environment, also if it names a package."""
    model = find_model(cloud, scope, model_name)
    return _resolved(cloud, scope, _containers(model)[0])


def _containers(document: Document) -> list[Document]:
    primary = document.get("PrimaryContainer")
    return [primary] if primary else document.get("Containers", [])


def _check(call: Call) -> None:
    if bool(call.params.get("PrimaryContainer")) == bool(call.params.get("Containers")):
        raise ValidationError("You must provide either PrimaryContainer or Containers, and not both.")
    if len(_containers(call.params)) > _MAXIMUM_CONTAINERS:
        raise ValidationError(f"A model has at most {_MAXIMUM_CONTAINERS} containers.")
    if "ExecutionRoleArn" not in call.params:
        raise ValidationError("ExecutionRoleArn is required.")
    for container in _containers(call.params):
        resolved = _resolved(call.cloud, call.scope, container)
        call.cloud.images.resolve(call.scope, resolved["Image"])
        if url := model_data_url(resolved):
            _check_artifact(call, url)


def model_data_url(container: Document) -> str | None:
    """Return where a container's model archive lies, by either of the two ways to say it."""
    source: Any = container.get("ModelDataSource", {}).get("S3DataSource", {})
    return container.get("ModelDataUrl") or source.get("S3Uri")


def _resolved(cloud: Cloud, scope: Scope, container: Document) -> Document:
    """Return a container with what its model package says, overridden by its own environment."""
    if "ModelPackageName" not in container:
        if "Image" not in container:
            raise ValidationError("A container names an Image or a ModelPackageName.")
        return container
    name = from_arn(container["ModelPackageName"], "model-package")
    package = cloud.store.get(scope, "ModelPackage", name)
    if package is None:
        raise NotFoundError(f"ModelPackage {container['ModelPackageName']} does not exist.")
    if "ModelPackageGroupName" in package and package.get("ModelApprovalStatus") != "Approved":
        raise ValidationError(
            f"Model package {package['ModelPackageArn']} is {package.get('ModelApprovalStatus')}; "
            "only an Approved model package can be deployed."
        )
    inner = package["InferenceSpecification"]["Containers"][0]
    environment = {**inner.get("Environment", {}), **container.get("Environment", {})}
    return {**inner, **container, "Environment": environment}


def _check_artifact(call: Call, url: str) -> None:
    match = re.fullmatch(r"(?:s3://|https://[^/]*s3[^/]*/)([^/]+)/(.+)", url)
    if not match:
        raise ValidationError(f"Invalid ModelDataUrl {url}: it is not the URL of an S3 object.")
    listing = call.cloud.client("s3", call.scope)
    try:
        found = listing.list_objects_v2(Bucket=match[1], Prefix=match[2], MaxKeys=1)
    except listing.exceptions.ClientError as error:
        raise ValidationError(f"Could not access model data at {url}: {error}") from error
    if not found.get("Contents"):
        raise ValidationError(f"Could not find model data at {url}.")


def _announce(call: Call, arn: str, document: Document) -> None:
    detail = {key: document[key] for key in ("ModelName", "PrimaryContainer", "ExecutionRoleArn") if key in document}
    tags = {tag["Key"]: tag["Value"] for tag in get_tags(call.cloud, call.scope, arn)}
    call.cloud.bus.emit(
        call.scope,
        source="aws.sagemaker",
        detail_type="SageMaker Model State Change",
        detail={**detail, "ModelArn": arn, "CreationTime": call.cloud.clock.now(), "Tags": tags},
        resources=[arn],
    )
