"""A judgement: all that one validation found."""

from dataclasses import dataclass
from typing import Any

from recommender.validation.finding import Finding
from recommender.validation.profile import ColumnProfile
from recommender.validation.quarantine import Quarantine
from recommender.validation.record import Record
from recommender.validation.rule import GroupRule, LineRule
from recommender.validation.volume import Volume


@dataclass(frozen=True, kw_only=True)
class Judgement:
    """What one validation found."""

    snapshot: dict[str, Any]
    """As ingest described it."""
    rows: int
    rules: dict[str, LineRule | GroupRule]
    quarantine: Quarantine
    findings: list[Finding]
    volume: Volume
    columns: list[ColumnProfile]
    record: Record | None
    """None where there is no order with a date."""
    accepted: Record | None
    """What the snapshot was compared with."""
