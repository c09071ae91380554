"""Paths into documents: `Outputs['report'].S3Output.S3Uri`, `gate.passed`, `$.items[0]`. Pure."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

_TOKEN = re.compile(r"\.?(?P<key>[A-Za-z0-9_\-]+)|\[(?P<index>\d+)\]|\[(?P<quote>['\"])(?P<name>.*?)(?P=quote)\]")


class PathError(Exception):
    """A path is malformed, or leads nowhere in the document it was applied to."""


def parse_path(path: str) -> tuple[str | int, ...]:
    """Return the keys and indexes of a path; a leading `$` stands for the document.

    Raises:
        PathError: it cannot be read.
    """
    rest = path.removeprefix("$")
    parts: list[str | int] = []
    while rest:
        found = _TOKEN.match(rest)
        if not found:
            raise PathError(f"the path {path!r} cannot be read at {rest!r}")
        index = found["index"]
        parts.append(int(index) if index is not None else found["key"] or found["name"])
        rest = rest[found.end() :]
    return tuple(parts)


def follow(document: Any, path: str) -> Any:
    """Return what `path` leads to.

    In a list, a name selects the item that bears it, in whatever key ends with `Name` (`OutputName`, `MetricName`).

    Raises:
        PathError: it leads nowhere.
    """
    value = document
    for part in parse_path(path):
        try:
            value = _step(value, part)
        except (KeyError, IndexError, StopIteration):
            raise PathError(f"{part!r} of the path {path!r} is not there") from None
    return value


def _step(value: Any, part: str | int) -> Any:
    if isinstance(value, Mapping):
        return value[part]
    if isinstance(value, Sequence) and not isinstance(value, str):
        return value[part] if isinstance(part, int) else next(item for item in value if _bears(item, part))
    raise KeyError(part)


def _bears(item: Any, name: str) -> bool:
    return isinstance(item, Mapping) and any(key.endswith("Name") and item[key] == name for key in item)
