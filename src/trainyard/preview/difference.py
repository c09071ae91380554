"""What differs between two versions of a resource, property by property.

JSON documents are entered, not compared as text; lists are compared so that one new item is one difference.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any, cast

from stacks.rules import UNKNOWN
from trainyard.preview.concealing import parsed

INTERNAL = ("__defaults", "__internal")


class Missing:
    """Stands for a property that is not set."""

    def __repr__(self) -> str:
        return "MISSING"


MISSING = Missing()


@dataclass(frozen=True)
class Difference:
    """One property with two values; `MISSING` where it is not set."""

    path: str
    old: Any
    new: Any


def differences(old: Any, new: Any, path: str = "") -> Iterator[Difference]:
    """Yield what differs, each at the deepest path that both versions share."""
    old, new = _opened(old, new)
    if isinstance(old, Mapping) and isinstance(new, Mapping):
        yield from _of_mappings(cast(Mapping[str, Any], old), cast(Mapping[str, Any], new), path)
    elif isinstance(old, list) and isinstance(new, list):
        yield from _of_lists(cast(list[Any], old), cast(list[Any], new), path)
    elif old != new:
        yield Difference(path, old, new)


def told(paths: Mapping[str, Any], old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Difference]:
    """Yield the differences at paths that only the provider knows of, such as a secret with another value.

    Args:
        paths: the engine's `detailedDiff`.
        old: outputs and inputs that exist.
        new: inputs that are asked for.
    """
    for path, how in paths.items():
        found = _at(new, path)
        computed = found is MISSING and _is_computed(how)
        yield Difference(path, _at(old, path), UNKNOWN if computed else found)


def _is_computed(how: Any) -> bool:
    """Return whether a property is one that the provider fills in, not the program."""
    if not isinstance(how, Mapping):
        return False
    kind = cast(Mapping[str, Any], how)
    return kind.get("inputDiff") is False and not str(kind.get("kind", "")).startswith("delete")


def within(path: str, outer: str) -> bool:
    """Return whether a path is `outer` or lies inside it."""
    return path == outer or path.startswith((f"{outer}.", f"{outer}["))


def _opened(old: Any, new: Any) -> tuple[Any, Any]:
    """Return both as documents, where both are JSON texts."""
    if isinstance(old, str) and isinstance(new, str) and old != new:
        one, other = parsed(old), parsed(new)
        if one is not None and type(one) is type(other):
            return one, other
    return old, new


def _of_mappings(old: Mapping[str, Any], new: Mapping[str, Any], path: str) -> Iterator[Difference]:
    for key in sorted({*old, *new}):
        if key not in INTERNAL:
            yield from differences(old.get(key, MISSING), new.get(key, MISSING), _joined(path, key))


def _joined(path: str, key: str) -> str:
    if not re.fullmatch(r"[\w:/-]+", key):
        return f"{path}[{json.dumps(key, ensure_ascii=False)}]"
    return f"{path}.{key}" if path else key


def _of_lists(old: Sequence[Any], new: Sequence[Any], path: str) -> Iterator[Difference]:
    """Yield what differs in lists: what moved only because something was put in front of it does not."""
    keys = [[json.dumps(item, sort_keys=True, default=str) for item in items] for items in (old, new)]
    for what, start, end, start_new, end_new in SequenceMatcher(None, *keys, autojunk=False).get_opcodes():
        if what == "equal":
            continue
        paired = min(end - start, end_new - start_new)
        for step in range(paired):
            yield from differences(old[start + step], new[start_new + step], f"{path}[{start_new + step}]")
        for index in range(start + paired, end):
            yield Difference(f"{path}[{index}]", old[index], MISSING)
        for index in range(start_new + paired, end_new):
            yield Difference(f"{path}[{index}]", MISSING, new[index])


def _at(value: Any, path: str) -> Any:
    """Return what stands at one of the engine's paths: `a.b[0]["c d"]`."""
    for quoted, index, key in re.findall(r"\[\"((?:[^\"\\]|\\.)*)\"\]|\[(\d+)\]|([^.\[\]]+)", path):
        if isinstance(value, Mapping):
            value = cast(Mapping[str, Any], value).get(quoted or key or index, MISSING)
        elif isinstance(value, list) and index and int(index) < len(cast(list[Any], value)):
            value = cast(list[Any], value)[int(index)]
        else:
            return MISSING
    return value
