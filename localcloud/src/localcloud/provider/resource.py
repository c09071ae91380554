"""How one resource type is served: the row of the table that `resources` fills."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from localcloud.provider.diff import Same
from localcloud.provider.documents import same_document
from localcloud.provider.naming import Naming
from localcloud.provider.session import Session
from localcloud.provider.values import Props

Create = Callable[[Session, Props], str]
"""Makes the resource of the inputs (plus `tagsAll`) and returns its id."""
Read = Callable[[Session, str, Props], Props | None]
"""Returns what the cloud has under that id, by property name; None when it is gone. The last argument is the state."""
Update = Callable[[Session, str, Props, Props, frozenset[str]], object]
"""Applies new inputs: (session, id, state, new inputs with `tagsAll`, top-level names that changed)."""
Delete = Callable[[Session, str, Props], object]


@dataclass(frozen=True, kw_only=True)
class Resource:
    """One type: what to call, how it is named, what counts as equal, and what replaces it.

    The properties that force replacement come from the schema's table; `replaces` and `stays` add to it and take from
    it where the table cannot know (properties newer than the bridged provider that was asked).
    """

    token: str
    create: Create
    read: Read
    delete: Delete
    update: Update | None = None
    naming: Naming | None = None
    documents: frozenset[str] = frozenset()
    """Properties that are JSON documents, compared by meaning."""
    same: Mapping[str, Same] = field(default_factory=dict)
    """Other properties with an equality of their own."""
    defaults: Props = field(default_factory=dict)
    """What the provider assumes for inputs that are not given."""
    replaces: frozenset[str] = frozenset()
    stays: frozenset[str] = frozenset()
    delete_first: bool = False
    """On replacement the old one must go before the new one comes: both would have the same name."""
    check: Callable[[Props], Mapping[str, str]] | None = None
    """Further refusals, by property; only called when all inputs are known."""

    @property
    def equalities(self) -> dict[str, Same]:
        """Return what counts as equal, for each property that is not compared plainly."""
        return {**dict.fromkeys(self.documents, same_document), **self.same}


def given(props: Props, **names: str) -> dict[str, Any]:
    """Return API parameters for those properties that are there: `given(props, Description="description")`."""
    return {api: props[name] for api, name in names.items() if props.get(name) is not None}


def pairs(tags: Mapping[str, str] | None, key: str = "Key", value: str = "Value") -> list[dict[str, str]]:
    """Return tags as most APIs take them: a list of key-value objects."""
    return [{key: name, value: text} for name, text in sorted((tags or {}).items())]


def mapping(tags: list[dict[str, str]] | None, key: str = "Key", value: str = "Value") -> dict[str, str]:
    """Return a list of key-value objects as a mapping, without the tags that AWS itself sets."""
    return {tag[key]: tag[value] for tag in tags or [] if not tag[key].startswith("aws:")}
