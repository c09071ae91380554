"""Model package groups: the lines of versions of the registry."""

from localcloud.cloud import Cloud
from localcloud.errors import InUseError, NotFoundError, ValidationError
from localcloud.sagemaker.names import check_name, from_arn
from localcloud.sagemaker.service import Call, operation
from localcloud.sagemaker.tags import drop_tags, set_tags
from localcloud.scope import Scope
from localcloud.store import Document

KIND = "ModelPackageGroup"


@operation("CreateModelPackageGroup")
def create_group(call: Call) -> Document:
    """Create an empty group."""
    name = check_name("ModelPackageGroupName", call.params["ModelPackageGroupName"])
    arn = call.scope.arn("sagemaker", f"model-package-group/{name}")
    if call.cloud.store.get(call.scope, KIND, name) is not None:
        raise ValidationError(f"Model Package Group already exists: {arn}")
    document = {
        "ModelPackageGroupName": name,
        "ModelPackageGroupArn": arn,
        "CreationTime": call.cloud.clock.now(),
        "CreatedBy": {},
        "ModelPackageGroupStatus": "Completed",
        # AWS never gives a version number twice, also after its package was deleted.
        "_LastVersion": 0,
    }
    if "ModelPackageGroupDescription" in call.params:
        document["ModelPackageGroupDescription"] = call.params["ModelPackageGroupDescription"]
    call.cloud.store.put(call.scope, KIND, name, document)
    set_tags(call.cloud, call.scope, arn, call.params.get("Tags"))
    return {"ModelPackageGroupArn": arn}


@operation("DescribeModelPackageGroup")
def describe_group(call: Call) -> Document:
    """Return a group, named or by ARN."""
    document = find_group(call.cloud, call.scope, call.params["ModelPackageGroupName"])
    return {key: value for key, value in document.items() if not key.startswith("_")}


@operation("DeleteModelPackageGroup")
def delete_group(call: Call) -> None:
    """Delete a group that has no packages."""
    document = find_group(call.cloud, call.scope, call.params["ModelPackageGroupName"])
    name, arn = document["ModelPackageGroupName"], document["ModelPackageGroupArn"]
    packages = call.cloud.store.find_all(call.scope, "ModelPackage")
    if any(package.get("ModelPackageGroupName") == name for package in packages):
        raise InUseError(
            f"Model Package Group {arn} cannot be deleted because it still contains Model Packages.",
            code="ConflictException",
        )
    call.cloud.store.delete(call.scope, KIND, name)
    call.cloud.store.delete(call.scope, "ModelPackageGroupPolicy", name)
    drop_tags(call.cloud, call.scope, arn)


@operation("PutModelPackageGroupPolicy")
def put_group_policy(call: Call) -> Document:
    """Keep the resource policy of a group."""
    group = find_group(call.cloud, call.scope, call.params["ModelPackageGroupName"])
    body = {"ResourcePolicy": call.params["ResourcePolicy"]}
    call.cloud.store.put(call.scope, "ModelPackageGroupPolicy", group["ModelPackageGroupName"], body)
    return {"ModelPackageGroupArn": group["ModelPackageGroupArn"]}


@operation("GetModelPackageGroupPolicy")
def get_group_policy(call: Call) -> Document:
    """Return the resource policy of a group."""
    group = find_group(call.cloud, call.scope, call.params["ModelPackageGroupName"])
    body = call.cloud.store.get(call.scope, "ModelPackageGroupPolicy", group["ModelPackageGroupName"])
    if body is None:
        raise NotFoundError(f"Cannot find Model Package Group Policy for {group['ModelPackageGroupArn']}.")
    return body


@operation("DeleteModelPackageGroupPolicy")
def delete_group_policy(call: Call) -> None:
    """Forget the resource policy of a group."""
    group = find_group(call.cloud, call.scope, call.params["ModelPackageGroupName"])
    call.cloud.store.delete(call.scope, "ModelPackageGroupPolicy", group["ModelPackageGroupName"])


def find_group(cloud: Cloud, scope: Scope, name_or_arn: str) -> Document:
    """Return the document of a group.

    Raises:
        NotFoundError: there is none of that name.
    """
    name = from_arn(name_or_arn, "model-package-group")
    document = cloud.store.get(scope, KIND, name)
    if document is None:
        raise NotFoundError(
            f"ModelPackageGroup {scope.arn('sagemaker', f'model-package-group/{name}')} does not exist."
        )
    return document
