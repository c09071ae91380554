"""Reads properties of a resource by path, into the JSON documents that some of them hold."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, cast

from stacks.rules.resource import UNKNOWN


def at(inputs: Mapping[str, Any], path: str) -> list[tuple[str, Any]]:
    """Return what stands at `path`, with the path of each find.

    Args:
        inputs: a resource's.
        path: such as `rules[].kmsKeyId`: keys, and `[]` where a list is passed through.

    Returns:
        At least one find: None where nothing is set, `UNKNOWN` where something on the way is not known.
    """
    found: list[tuple[str, Any]] = [("", inputs)]
    for key, listed in re.findall(r"(\w+)(\[\])?", path):
        found = [inner for where, value in found for inner in _step(where, value, key, listed=bool(listed))]
    return found


def leaves(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Yield every plain value below `value` with its path; JSON documents are entered."""
    document = as_document(value)
    if isinstance(document, Mapping):
        for key, inner in cast(Mapping[str, Any], document).items():
            yield from leaves(inner, f"{path}.{key}" if path else key)
    elif isinstance(document, list):
        for index, inner in enumerate(cast(list[Any], document)):
            yield from leaves(inner, f"{path}[{index}]")
    else:
        yield path, document


def as_document(value: Any) -> Any:
    """Return a text that is a JSON object or list as that, and anything else as it is."""
    if not isinstance(value, str) or value.lstrip()[:1] not in ("{", "["):
        return value
    try:
        return json.loads(value)
    except ValueError:
        return value


def holds_unknown(value: Any) -> bool:
    """Return whether a value, or something inside of it, is not known yet."""
    return any(leaf == UNKNOWN for _, leaf in leaves(value))


def as_list(value: Any) -> Sequence[Any]:
    """Return a list as it is, one thing as a list of it, and nothing as an empty list."""
    if value is None:
        return ()
    return cast(Sequence[Any], value) if isinstance(value, (list, tuple)) else (value,)


def top(path: str) -> str:
    """Return the property that a path begins with."""
    return re.split(r"[.\[]", path, maxsplit=1)[0]


def shown(value: Any) -> str:
    """Return a value as a stack's own words would have it: `true`, `"x"`, `not set`."""
    return "not set" if value is None else json.dumps(value, default=str)


def _step(where: str, value: Any, key: str, *, listed: bool) -> list[tuple[str, Any]]:
    path = f"{where}.{key}" if where else key
    if value == UNKNOWN:
        return [(path, UNKNOWN)]
    inner = as_document(cast(Mapping[str, Any], value).get(key)) if isinstance(value, Mapping) else None
    if not listed or inner == UNKNOWN:
        return [(path, inner)]
    return [(f"{path}[{index}]", each) for index, each in enumerate(as_list(inner))] or [(path, None)]
