"""The record of an accepted snapshot: what the next run must find again. Small, and of sums only: no row is in it."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any

from recommender.container import write_json

SCHEMA_VERSION = 1
FILE = "accepted.json"
"""Name of the record that a run is given; a generation of 0 in it says that nothing was accepted before."""


@dataclass(frozen=True, kw_only=True)
class Day:
    """One day's rows; amounts are quantity times price, in the shop's currency."""

    rows: int
    amount: float
    gross: float
    """The same without signs, so that a day of sales and returns that cancel out still has a size."""


@dataclass(frozen=True, kw_only=True)
class Kind:
    """One value of a category."""

    rows: int
    weeks: int
    """Calendar weeks in which it came."""


@dataclass(frozen=True, kw_only=True)
class Record:
    """What one accepted snapshot held; rows in quarantine count in `rows`, `quarantined` and `missing` only."""

    generation: int
    """One more than that of the record it was compared with."""
    data_hash: str
    rows: int
    quarantined: int
    missing: Mapping[str, int]
    """Rows without a value, by column."""
    days: Mapping[date, Day]
    weeks: int
    """Calendar weeks with an order."""
    categories: Mapping[str, Mapping[str, Kind]]
    """By the noun of a category, each value."""
    prices: tuple[float, ...]
    """Quartiles of the prices of products; empty where nothing was sold."""

    @property
    def last_day(self) -> date:
        """The day of the last order."""
        return max(self.days)

    def document(self) -> dict[str, Any]:
        """Return the record as JSON types."""
        days = {day.isoformat(): [one.rows, one.amount, one.gross] for day, one in self.days.items()}
        return asdict(self) | {"schema": SCHEMA_VERSION, "days": days, "prices": list(self.prices)}


def read_record(folder: Path) -> Record | None:
    """Read the record that a run was given; None where nothing was accepted before, or nobody gave one."""
    if not (folder / FILE).exists():
        return None
    found: dict[str, Any] = json.loads((folder / FILE).read_text())
    return _parsed(found) if found["generation"] else None


def write_record(record: Record, folder: Path) -> None:
    """Write a record under a name that sorts by generation, then by day, and that no other record has."""
    text = json.dumps(record.document(), sort_keys=True)
    digest = hashlib.sha256(text.encode()).hexdigest()[:12]
    write_json(folder / f"{record.generation:08d}-{record.last_day}-{digest}.json", record.document())


def _parsed(found: Mapping[str, Any]) -> Record:
    days = {date.fromisoformat(day): Day(rows=n, amount=a, gross=g) for day, (n, a, g) in found["days"].items()}
    categories = {
        noun: {value: Kind(**kind) for value, kind in kinds.items()} for noun, kinds in found["categories"].items()
    }
    return Record(
        generation=found["generation"],
        data_hash=found["data_hash"],
        rows=found["rows"],
        quarantined=found["quarantined"],
        missing=found["missing"],
        days=days,
        weeks=found["weeks"],
        categories=categories,
        prices=tuple(found["prices"]),
    )
