"""Tags of all of SageMaker's resources, kept by ARN."""

from localcloud.cloud import Cloud
from localcloud.errors import ValidationError
from localcloud.sagemaker.service import Call, operation
from localcloud.scope import Scope
from localcloud.store import Document, Store

_KIND = "Tags"
_LIMIT = 50
_KINDS = {
    "model": "Model",
    "endpoint-config": "EndpointConfig",
    "endpoint": "Endpoint",
    "model-package-group": "ModelPackageGroup",
    "model-package": "ModelPackage",
    "processing-job": "ProcessingJob",
    "training-job": "TrainingJob",
    "transform-job": "TransformJob",
    "pipeline": "Pipeline",
    "mlflow-app": "MlflowApp",
}


def set_tags(cloud: Cloud, scope: Scope, arn: str, tags: list[dict[str, str]] | None) -> None:
    """Give the resource `arn` tags beside those it has; called by the operation that creates it.

    Raises:
        ValidationError: a key that AWS keeps for itself, or more than 50 tags.
    """
    if not tags:
        return
    merged = {tag["Key"]: tag.get("Value", "") for tag in [*get_tags(cloud, scope, arn), *tags]}
    reserved = [key for key in merged if key.lower().startswith("aws:")]
    if reserved:
        raise ValidationError(f"Tag keys must not begin with aws: {', '.join(reserved)}")
    if len(merged) > _LIMIT:
        raise ValidationError(f"{arn} would have {len(merged)} tags; at most {_LIMIT} are allowed")
    cloud.store.put(scope, _KIND, arn, {"Tags": [{"Key": key, "Value": value} for key, value in merged.items()]})


def get_tags(cloud: Cloud, scope: Scope, arn: str) -> list[dict[str, str]]:
    """Return the tags of `arn`, in the order they were set."""
    found = cloud.store.get(scope, _KIND, arn)
    return found["Tags"] if found else []


def all_tags(store: Store, scope: Scope) -> list[tuple[str, dict[str, str]]]:
    """Return the ARN and the tags of everything that has tags."""
    return [
        (arn, {tag["Key"]: tag["Value"] for tag in body["Tags"]})
        for where, arn, body in store.scan(_KIND)
        if where == scope and body["Tags"]
    ]


def drop_tags(cloud: Cloud, scope: Scope, arn: str) -> None:
    """Forget the tags of a resource that is deleted."""
    cloud.store.delete(scope, _KIND, arn)


@operation("AddTags")
def add_tags(call: Call) -> Document:
    """Add or overwrite tags and return all the resource has."""
    arn = _existing(call)
    set_tags(call.cloud, call.scope, arn, call.params["Tags"])
    return {"Tags": get_tags(call.cloud, call.scope, arn)}


@operation("ListTags")
def list_tags(call: Call) -> Document:
    """Return the resource's tags, all in one page."""
    return {"Tags": get_tags(call.cloud, call.scope, _existing(call))}


@operation("DeleteTags")
def delete_tags(call: Call) -> None:
    """Remove the tags of the given keys."""
    arn = _existing(call)
    left = [tag for tag in get_tags(call.cloud, call.scope, arn) if tag["Key"] not in call.params["TagKeys"]]
    call.cloud.store.put(call.scope, _KIND, arn, {"Tags": left})


def _existing(call: Call) -> str:
    arn = str(call.params["ResourceArn"])
    parts = arn.split(":", 5)
    if len(parts) != 6 or parts[2] != "sagemaker" or "/" not in parts[5]:
        raise ValidationError(f"Invalid ARN {arn}")
    if (parts[4], parts[3]) != (call.scope.account, call.scope.region):
        raise ValidationError(f"{arn} is not a resource of account {call.scope.account} in {call.scope.region}")
    resource, name = parts[5].split("/", 1)
    # A kind that is not served here is moto's: its resources can be tagged without a look at whether they exist.
    if resource in _KINDS and call.cloud.store.get(call.scope, _KINDS[resource], name) is None:
        raise ValidationError(f"Could not find {resource} {arn}.")
    return arn
