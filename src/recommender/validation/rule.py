"""A rule: what a row must not be, and the reason that a row which breaks it carries into quarantine."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeAlias

Lines: TypeAlias = Any
"""A table of order lines as an ibis expression, with the column `position`: its place in the snapshot, from 0."""

Column: TypeAlias = Any
"""A column as an ibis expression."""

Truth: TypeAlias = Any
"""A boolean column as an ibis expression."""


@dataclass(frozen=True, kw_only=True)
class LineRule:
    """A rule that a row breaks or keeps by itself."""

    reason: str
    column: str
    """The column that a person looks at first."""
    meaning: str
    """What is wrong, as the end of a sentence: 'the line …'."""
    broken: Callable[[Lines], Truth]
    """True where the rule is broken; what is unknown (null) breaks nothing."""


@dataclass(frozen=True, kw_only=True)
class GroupRule:
    """A rule that a row breaks beside others: lines of its invoice, of its product, of its customer."""

    reason: str
    column: str
    meaning: str
    offenders: Callable[[Lines], Lines]
    """The column `position` of the lines that break it."""
