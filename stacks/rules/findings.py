"""What came of judging a program by the rules."""

from dataclasses import dataclass
from typing import NamedTuple


@dataclass(frozen=True)
class Violation:
    """A resource that breaks a rule."""

    rule: str
    urn: str
    type: str
    name: str
    what: str
    """A sentence with the resource, the property and its value."""
    cure: str
    """A sentence that begins with what to do."""


class Unjudged(NamedTuple):
    """A property that a rule could not judge, because its value is not known before it is applied."""

    rule: str
    urn: str
    property: str


@dataclass(frozen=True)
class Findings:
    """All violations, and what could not be judged; both in the order of the rules."""

    violations: tuple[Violation, ...] = ()
    unjudged: tuple[Unjudged, ...] = ()
