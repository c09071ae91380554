"""One resource as a program asks for it: the only thing that rules look at."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
"""Pulumi's mark of a value that is not known before it is applied."""


@dataclass(frozen=True, kw_only=True)
class Resource:
    """What a program registered, by the names that the provider's schema uses."""

    urn: str
    type: str
    """Type token, such as `aws:s3/bucket:Bucket`."""
    name: str
    """Logical name."""
    inputs: Mapping[str, Any]
    """By camelCase name: numbers, text, booleans, lists and mappings; `UNKNOWN` where a value is not known yet. Policy
    documents and providers' settings are JSON in a text."""
    protect: bool = False
    provider: str = ""
    """URN of the explicit provider; empty for the default one."""
    references: Mapping[str, Sequence[str]] = field(default_factory=dict[str, Sequence[str]])
    """By input: URNs of the resources that its value was made of (Pulumi's `propertyDependencies`). They tell which
    bucket an access block is of while the bucket's name is not known yet."""

    @property
    def kind(self) -> str:
        """The last part of the type token: `Bucket`."""
        return self.type.rpartition(":")[2]

    def __str__(self) -> str:
        kind = "provider" if self.type.startswith("pulumi:providers:") else self.kind
        return f"{kind} {self.name!r}"
