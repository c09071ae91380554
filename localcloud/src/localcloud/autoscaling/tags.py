"""TagResource, UntagResource and ListTagsForResource, of scalable targets."""

from localcloud.autoscaling.records import TARGET
from localcloud.autoscaling.service import operation
from localcloud.errors import AwsError
from localcloud.sagemaker.service import Call
from localcloud.store import Document


@operation("TagResource")
def tag_resource(call: Call) -> None:
    """Add or overwrite tags of a scalable target."""
    _keep(call, {**_find(call)["_Tags"], **call.params["Tags"]})


@operation("UntagResource")
def untag_resource(call: Call) -> None:
    """Remove the tags of the given keys."""
    tags = _find(call)["_Tags"]
    _keep(call, {name: value for name, value in tags.items() if name not in call.params["TagKeys"]})


@operation("ListTagsForResource")
def list_tags_for_resource(call: Call) -> Document:
    """Return the tags of a scalable target."""
    return {"Tags": _find(call)["_Tags"]}


def _find(call: Call) -> Document:
    arn = call.params["ResourceARN"]
    found = (row for row in call.cloud.store.find_all(call.scope, TARGET) if row["ScalableTargetARN"] == arn)
    target = next(found, None)
    if target is None:
        raise AwsError(f"No scalable target found for {arn}", code="ResourceNotFoundException", status=400)
    return target


def _keep(call: Call, tags: dict[str, str]) -> None:
    call.cloud.store.update(call.scope, TARGET, _find(call)["ResourceId"], _Tags=tags)
