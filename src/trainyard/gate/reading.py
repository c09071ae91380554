"""Reading evidence strictly: what is absent or of the wrong kind is an `EvidenceError`, which the gate rejects."""

import json
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any


class EvidenceError(ValueError):
    """The evidence is incomplete or contradicts itself; the text names what."""


def read_json(path: Path) -> Any:
    """Read a JSON file.

    Raises:
        EvidenceError: it is missing or is no JSON.
    """
    try:
        return json.loads(path.read_text())
    except FileNotFoundError as error:
        raise EvidenceError(f"{path.name} is missing") from error
    except ValueError as error:
        raise EvidenceError(f"{path.name} is not JSON: {error}") from error


def member(value: Any, key: str, where: str) -> Any:
    """Return an object's member.

    Raises:
        EvidenceError: there is none.
    """
    if not isinstance(value, Mapping) or key not in value:
        raise EvidenceError(f"{where} has no {key}")
    return value[key]


def listed(value: Any, where: str) -> list[Any]:
    """Return a value that must be a list.

    Raises:
        EvidenceError: it is none.
    """
    if not isinstance(value, list):
        raise EvidenceError(f"{where} is not a list")
    return value


def number(value: Any, where: str) -> float:
    """Return a value that must be a finite number of at least 0.

    Raises:
        EvidenceError: it is none.
    """
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value) or value < 0:
        raise EvidenceError(f"{where} is {value!r}, not a number of at least 0")
    return float(value)
