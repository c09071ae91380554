"""A manifest: which increments make a snapshot, and which rows of the source those hold."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from recommender.ingest.keys import Gap, KeysRead

FOLDER = "manifests"
INCREMENTS = "increments"
SCHEMA_VERSION = 1


@dataclass(frozen=True, kw_only=True)
class Increment:
    """Rows that one run read."""

    name: str
    """Of its file in the store: the number of its manifest, so that names sort as the rows came, and the hash."""
    sha256: str
    rows: int


@dataclass(frozen=True, kw_only=True)
class Manifest:
    """One snapshot: immutable, and the only thing that says that rows have been read."""

    number: int
    """1 for the first; the next is written only where none of its number is."""
    source: str
    increments: tuple[Increment, ...]
    read: KeysRead

    @property
    def name(self) -> str:
        """Name of its file in the store."""
        return f"{FOLDER}/{self.number:010d}.json"

    @property
    def data_hash(self) -> str:
        """The snapshot's identity: that of its increments' files, as `combined_hash` makes it."""
        return combined_hash([increment.sha256 for increment in self.increments])

    def encoded(self) -> bytes:
        """Return the file's content."""
        document = {
            "schema_version": SCHEMA_VERSION,
            "number": self.number,
            "source": self.source,
            "data_hash": self.data_hash,
            "rows": sum(increment.rows for increment in self.increments),
            "watermark": self.read.watermark,
            "gaps": [[gap.first, gap.last, gap.seen.isoformat()] for gap in self.read.gaps],
            "increments": [asdict(increment) for increment in self.increments],
        }
        return (json.dumps(document, indent=1, sort_keys=True) + "\n").encode()


def decode(content: bytes) -> Manifest:
    """Return the manifest of a file's content."""
    document: dict[str, Any] = json.loads(content)
    gaps = tuple(Gap(first=first, last=last, seen=date.fromisoformat(seen)) for first, last, seen in document["gaps"])
    return Manifest(
        number=document["number"],
        source=document["source"],
        increments=tuple(Increment(**increment) for increment in document["increments"]),
        read=KeysRead(watermark=document["watermark"], gaps=gaps),
    )


def combined_hash(hashes: Sequence[str]) -> str:
    """Return the identity of files of these SHA-256s: the one's own, or the SHA-256 of all, a line each, in order."""
    return hashes[0] if len(hashes) == 1 else hashlib.sha256("\n".join(hashes).encode()).hexdigest()
