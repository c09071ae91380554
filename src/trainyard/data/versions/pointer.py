"""A pointer: DVC's file, with what this project says of the snapshot under DVC's own `meta`.

DVC finds the data by the MD5 of its listing; every record of this project names it by `data_hash`. The pointer is where
the two meet.
"""

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import yaml

from trainyard.errors import UsageError

FOLDER = "orders"


@dataclass(frozen=True, kw_only=True)
class Pointer:
    """What a pointer says of its snapshot."""

    data_hash: str
    """The SHA-256 of its file, or of the SHA-256s of its files: as in snapshot.json, registry and model."""
    rows: int
    customers: int
    first_order: str
    last_order: str
    origin: str
    """Address of the imported file, or of the manifest of a database's history."""


def pointer_path(service: str) -> str:
    """Return where the pointer of a service's orders lies in the repository."""
    return f"data/{service}/{FOLDER}.dvc"


def orders_path(service: str) -> str:
    """Return where its data lies once it is checked out; git ignores it."""
    return f"data/{service}/{FOLDER}"


def read_pointer(text: str, where: str) -> Pointer:
    """Return what a pointer's text says.

    Raises:
        UsageError: it is no pointer of `trainyard data snapshot`.
    """
    try:
        return Pointer(**yaml.safe_load(text)["meta"])
    except (yaml.YAMLError, KeyError, TypeError) as error:
        raise UsageError(
            "A pointer does not say which snapshot it is of",
            where=where,
            cure="Restore it from git, or write it anew with `trainyard data snapshot`",
        ) from error


def complete(path: Path, pointer: Pointer) -> None:
    """Write what is said of the snapshot into the file that DVC made; the same snapshot gives the same bytes."""
    document: dict[str, Any] = yaml.safe_load(path.read_text())
    path.write_text(yaml.safe_dump({**document, "meta": asdict(pointer)}, sort_keys=False))
