"""Tags of EC2: given as a thing is made, changed by calls of their own."""

from typing import Any

from localcloud.provider.resource import pairs
from localcloud.provider.values import Props


def tag_specification(kind: str, props: Props) -> dict[str, Any]:
    """Return the parameter that tags a thing of EC2 as it is made."""
    if not props.get("tagsAll"):
        return {}
    return {"TagSpecifications": [{"ResourceType": kind, "Tags": pairs(props["tagsAll"])}]}


def retag(client: Any, resource_id: str, state: Props, props: Props, changed: frozenset[str]) -> None:
    """Make the tags of a thing of EC2 those wanted."""
    if not changed & {"tags", "tagsAll"}:
        return
    gone = sorted((state.get("tagsAll") or {}).keys() - props["tagsAll"].keys())
    if gone:
        client.delete_tags(Resources=[resource_id], Tags=[{"Key": key} for key in gone])
    if props["tagsAll"]:
        client.create_tags(Resources=[resource_id], Tags=pairs(props["tagsAll"]))
