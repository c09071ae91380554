"""What each resource type accepts and offers: the table built by tools/provider_schema, as typed objects.

A property's type is `s`, `i`, `n`, `b`, `j` (anything), `["l", T]`, `["m", T]`, or a mapping of properties.
"""

import gzip
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from importlib.resources import files
from typing import Any

Type = Any


@dataclass(frozen=True)
class Property:
    """One property: its type and what the real provider says of it."""

    type: Type
    required: bool = False
    computed: bool = False
    secret: bool = False
    unordered: bool = False
    """A list that is a set: its order means nothing."""
    replaces: bool = False
    """A change of it replaces the resource; asked of terraform-provider-aws 5.100 when the table was built."""

    @cached_property
    def fields(self) -> Mapping[str, "Property"] | None:
        """Return the properties of the object, or of the list's objects; None for scalars and maps."""
        inner = self.type[1] if isinstance(self.type, list) and self.type[0] == "l" else self.type
        return {name: _property(entry) for name, entry in inner.items()} if isinstance(inner, dict) else None


@dataclass(frozen=True)
class ResourceType:
    """A resource type: its token, and its properties by name."""

    token: str
    terraform: str
    inputs: Mapping[str, Property]
    outputs: Mapping[str, Property]
    """Only what is not an input; inputs are outputs too."""

    @property
    def tagged(self) -> bool:
        """Return whether the provider's default tags apply to it."""
        return "tags" in self.inputs and "tagsAll" in self.outputs

    @cached_property
    def secrets(self) -> frozenset[str]:
        """Return the names of properties that are secret by nature."""
        both = {**self.inputs, **self.outputs}
        return frozenset(name for name, entry in both.items() if entry.secret)


def _property(entry: Mapping[str, Any]) -> Property:
    return Property(
        type=entry["t"],
        required="r" in entry,
        computed="c" in entry,
        secret="s" in entry,
        unordered="set" in entry,
        replaces="f" in entry,
    )


@cache
def _table() -> dict[str, Any]:
    return json.loads(gzip.decompress(files(__name__).joinpath("aws.json.gz").read_bytes()))


def version() -> str:
    """Return the version of pulumi-aws that the table was built from."""
    return _table()["pulumi_aws"]


def tokens() -> frozenset[str]:
    """Return every resource type of the table."""
    return frozenset(_table()["types"])


@cache
def resource_type(token: str) -> ResourceType:
    """Return one resource type.

    Raises:
        KeyError: the table has no such type.
    """
    entry = _table()["types"][token]
    return ResourceType(
        token=token,
        terraform=entry["tf"],
        inputs={name: _property(value) for name, value in entry["in"].items()},
        outputs={name: _property(value) for name, value in entry["out"].items()},
    )
