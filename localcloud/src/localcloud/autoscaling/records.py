"""What is remembered of scaling: targets, policies and scheduled actions by variant, as the API answers them.

Keys with `_` are private. The state of a target (what the scaler did last) is a document of its own, which the scaler
alone writes.
"""

from collections.abc import Mapping
from typing import Any

from localcloud.autoscaling.service import DIMENSION, not_found
from localcloud.cloud import Cloud
from localcloud.errors import ValidationError
from localcloud.sagemaker.service import Call
from localcloud.scope import Scope
from localcloud.store import Document

TARGET = "ScalableTarget"
POLICY = "ScalingPolicy"
ACTION = "ScheduledAction"
STATE = "ScalingState"

_PAGE = 50


def belonging(cloud: Cloud, scope: Scope, kind: str, resource_id: str) -> list[Document]:
    """Return the policies or scheduled actions of one variant."""
    return [body for body in cloud.store.find_all(scope, kind) if body["ResourceId"] == resource_id]


def key(resource_id: str, name: str) -> str:
    """Return the name under which a policy or action of a variant is kept."""
    return f"{resource_id} {name}"


def where(resource_id: str) -> Document:
    """Return the three members that say what is scaled."""
    return {"ServiceNamespace": "sagemaker", "ResourceId": resource_id, "ScalableDimension": DIMENSION}


def find_target(cloud: Cloud, scope: Scope, resource_id: str, verb: str = "registered") -> Document:
    """Return the scalable target of a variant.

    Raises:
        AwsError: ObjectNotFoundException, there is none.
    """
    found = cloud.store.get(scope, TARGET, resource_id)
    if found is None:
        raise not_found(f"No scalable target {verb} for {described(resource_id)}")
    return found


def described(resource_id: str) -> str:
    """Return a variant as the errors of the API name it."""
    return f"service namespace: sagemaker, resource ID: {resource_id}, scalable dimension: {DIMENSION}"


def page(rows: list[Document], params: Mapping[str, Any], result: str) -> Document:
    """Return one page of what a Describe operation found, without what is private."""
    start = _position(params.get("NextToken"))
    end = start + int(params.get("MaxResults") or _PAGE)
    shown = [{name: value for name, value in row.items() if not name.startswith("_")} for row in rows[start:end]]
    return {result: shown, **({"NextToken": str(end)} if end < len(rows) else {})}


def listing(call: Call, kind: str, member: str, result: str) -> Document:
    """Return one page of policies or scheduled actions: all of them, or those of one variant or of some names.

    Args:
        call: the Describe operation.
        kind: of document.
        member: that holds the name; its plural is the parameter that asks for names.
        result: the member of the answer.
    """
    check_resource_given(call.params)
    names = call.params.get(f"{member}s")
    found = [
        row
        for row in call.cloud.store.find_all(call.scope, kind)
        if wanted(row, call.params) and (not names or row[member] in names)
    ]
    return page(found, call.params, result)


def wanted(row: Mapping[str, Any], params: Mapping[str, Any]) -> bool:
    """Return whether a policy, action or activity is of the variant that a Describe operation asks for, if any."""
    return params.get("ResourceId") in (None, row["ResourceId"])


def check_resource_given(params: Mapping[str, Any]) -> None:
    """Refuse a dimension without the variant it is of.

    Raises:
        ValidationError: the reference says that both must be given.
    """
    if params.get("ScalableDimension") and not params.get("ResourceId"):
        raise ValidationError("A resource ID must be specified with a scalable dimension.")


def _position(token: str | None) -> int:
    if token and not token.isdigit():
        raise ValidationError("Invalid NextToken")
    return int(token or 0)
