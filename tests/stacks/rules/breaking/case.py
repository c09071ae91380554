"""A program that breaks a rule, with the words that it is refused with."""

from dataclasses import dataclass

from tests.stacks.rules.sound import Program


@dataclass(frozen=True, kw_only=True)
class Case:
    """One guard of a rule."""

    rule: str
    breaks: Program
    resource: str
    """Logical name of the resource that is refused."""
    what: str
    cure: str
    holds: Program
    """The same without the fault."""
