"""What a preview says, before anybody judges it: changes, resources before and after, drift, refusals."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from stacks.rules import Resource
from trainyard.preview.difference import Difference


class Operation(StrEnum):
    """What happens to a resource; the order is the one in which a reviewer asks."""

    REPLACE = "replace"
    DELETE = "delete"
    UPDATE = "update"
    CREATE = "create"
    IMPORT = "import"


@dataclass(frozen=True, kw_only=True)
class Change:
    """One resource that would not stay as it is."""

    operation: Operation
    urn: str
    type: str
    """Type token."""
    name: str
    """Logical name."""
    components: tuple[str, ...]
    """Names of the components it is in, outermost first."""
    component_types: tuple[str, ...] = ()
    """Their types, in the same order."""
    identifier: str = ""
    """What AWS calls the existing one."""
    differences: tuple[Difference, ...] = ()
    forced_by: tuple[str, ...] = ()
    """Properties that cannot be changed in place."""
    renamed_from: str = ""
    old: Mapping[str, Any] = field(default_factory=dict[str, Any])
    """Inputs of the existing one."""
    new: Mapping[str, Any] = field(default_factory=dict[str, Any])
    """Inputs that the program asks for."""
    custom: bool = True
    """Whether it exists in AWS; a component only groups."""
    retained: bool = False
    """Whether the existing one stays in AWS, unmanaged."""
    protected: bool = False
    """Whether the existing one refuses to be deleted."""
    unprotected: bool = False
    """Whether it is protected now and will not be any more."""
    leftover: bool = False
    """Whether it is the old one of a replacement that was interrupted."""


@dataclass(frozen=True)
class Drift:
    """A resource that is not as it was recorded."""

    urn: str
    type: str
    name: str
    gone: bool
    """Whether it does not exist any more."""
    differences: tuple[Difference, ...]
    """From what was recorded to what was found."""
    undone: bool
    """Whether this plan changes it back."""


@dataclass(frozen=True)
class Rename:
    """A resource with another logical name, and nothing else changed by that."""

    type: str
    old: str
    new: str


@dataclass(frozen=True, kw_only=True)
class Plan:
    """One preview."""

    changes: tuple[Change, ...]
    unchanged: int
    renames: tuple[Rename, ...]
    drift: tuple[Drift, ...]
    before: tuple[Resource, ...]
    """What exists."""
    after: tuple[Resource, ...]
    """What would exist."""
    refusals: tuple[str, ...]
    """Why the engine would not carry this out, one sentence each."""
    errors: tuple[str, ...]
    """What failed; the plan may be incomplete then."""
    warnings: tuple[str, ...]
