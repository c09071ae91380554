"""Tags through the calls that each service has for them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from localcloud.provider.resource import mapping, pairs
from localcloud.provider.values import Props


@dataclass(frozen=True, kw_only=True)
class Tagging:
    """How a service tags, untags and lists: operation names, parameter names, and the form of a tag."""

    target: str = "ResourceArn"
    """The parameter that names the resource."""
    of: str = "arn"
    """The property that holds its value; `id` for the resource's id."""
    tag: str = "tag_resource"
    untag: str = "untag_resource"
    list: str = "list_tags_for_resource"
    tags: str = "Tags"
    keys: str = "TagKeys"
    answer: str = "Tags"
    form: Literal["pairs", "map"] = "pairs"
    key: str = "Key"
    value: str = "Value"
    extra: Mapping[str, str] = field(default_factory=dict)

    def encode(self, tags: Mapping[str, str]) -> Any:
        """Return tags in the form that the service takes."""
        return dict(tags) if self.form == "map" else pairs(tags, self.key, self.value)

    def target_of(self, resource_id: str, state: Props) -> dict[str, str]:
        """Return the parameters that name the resource."""
        return {self.target: resource_id if self.of == "id" else state[self.of], **self.extra}

    def read(self, client: Any, resource_id: str, state: Props) -> dict[str, str]:
        """Return the resource's tags, without those that AWS sets itself."""
        answer = getattr(client, self.list)(**self.target_of(resource_id, state)).get(self.answer)
        if self.form == "map":
            return {key: value for key, value in (answer or {}).items() if not key.startswith("aws:")}
        return mapping(answer, self.key, self.value)

    def change(self, client: Any, resource_id: str, state: Props, wanted: Mapping[str, str]) -> None:
        """Make the resource's tags those wanted."""
        target, present = self.target_of(resource_id, state), state.get("tagsAll") or {}
        gone = sorted(present.keys() - wanted.keys())
        changed = {key: value for key, value in wanted.items() if present.get(key) != value}
        if gone:
            getattr(client, self.untag)(**target, **{self.keys: gone})
        if changed:
            getattr(client, self.tag)(**target, **{self.tags: self.encode(changed)})
