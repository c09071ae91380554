"""What changes between the inputs recorded and the inputs asked for, and which of it replaces the resource."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from localcloud.provider.schema import Property
from localcloud.provider.values import UNKNOWN, Props

Kind = Literal["add", "delete", "update"]
Same = Callable[[Any, Any], bool]


@dataclass
class Difference:
    """Changed properties by path (`rules[0].status`), and the top-level names that force replacement."""

    paths: dict[str, Kind] = field(default_factory=dict)
    replaces: set[str] = field(default_factory=set)
    """Paths, a subset of `paths`."""

    def __bool__(self) -> bool:
        return bool(self.paths)

    @property
    def names(self) -> set[str]:
        """Return the top-level properties that change."""
        return {top_level(path) for path in self.paths}

    def add(self, path: str, kind: Kind, replaces: bool) -> None:
        """Note one change."""
        self.paths[path] = kind
        if replaces:
            self.replaces.add(path)


def top_level(path: str) -> str:
    """Return the property that a path begins with."""
    return path.split(".")[0].split("[")[0]


def difference(accepts: Mapping[str, Property], same: Mapping[str, Same], old: Props, new: Props) -> Difference:
    """Compare two sets of inputs.

    Args:
        accepts: the properties of the type.
        same: for some top-level properties, what counts as equal (JSON documents, say).
        old: the inputs as recorded, or as last read.
        new: the inputs asked for; may hold unknown values, which count as changed.
    """
    found = Difference()
    _objects(found, "", accepts, same, old, new, False)
    return found


def equal(entry: Property, left: Any, right: Any) -> bool:
    """Return whether two values of one property mean the same."""
    found = Difference()
    _values(found, "value", entry, left, right, False)
    return not found


def covers(entry: Property, wanted: Any, actual: Any) -> bool:
    """Return whether what the cloud answers is what was asked for, and perhaps defaults nobody asked for."""
    if isinstance(wanted, Mapping) and isinstance(actual, Mapping):
        fields = entry.fields
        if fields is None:
            return dict(wanted) == dict(actual)
        return all(covers(fields.get(name, Property("j")), value, actual.get(name)) for name, value in wanted.items())
    if isinstance(wanted, list) and isinstance(actual, list):
        return len(wanted) == len(actual) and _covers_all(entry, wanted, actual)
    return wanted == actual or (_zero(wanted) and _zero(actual))


def _covers_all(entry: Property, wanted: list[Any], actual: list[Any]) -> bool:
    item = Property(entry.type[1] if isinstance(entry.type, list) else "j")
    if not entry.unordered:
        return all(covers(item, one, other) for one, other in zip(wanted, actual, strict=True))
    rest = list(actual)
    for value in wanted:
        match = next((other for other in rest if covers(item, value, other)), None)
        if match is None:
            return False
        rest.remove(match)
    return True


def _zero(value: Any) -> bool:
    """Return whether a value is what the bridged provider takes for absent."""
    return value is None or (value is not UNKNOWN and value in (False, 0, "", [], {}))


def _objects(
    found: Difference,
    path: str,
    accepts: Mapping[str, Property],
    same: Mapping[str, Same],
    old: Mapping[str, Any],
    new: Mapping[str, Any],
    replaces: bool,
) -> None:
    for name in sorted(old.keys() | new.keys()):
        if name.startswith("__"):
            continue
        left, right = old.get(name), new.get(name)
        if name in same and left is not None and right is not None and right is not UNKNOWN and same[name](left, right):
            continue
        _values(found, f"{path}.{name}" if path else name, accepts.get(name, Property("j")), left, right, replaces)


def _values(found: Difference, path: str, entry: Property, left: Any, right: Any, replaces: bool) -> None:
    replaces = replaces or entry.replaces
    if (_blank(left) and _blank(right)) or (left is not UNKNOWN and right is not UNKNOWN and left == right):
        return
    if left is None or right is None or right is UNKNOWN:
        kind: Kind = "add" if left is None else "delete" if right is None else "update"
        found.add(path, kind, replaces or _replacing_inside(entry, left if right is None else right))
    elif isinstance(left, Mapping) and isinstance(right, Mapping):
        fields = entry.fields or {name: Property("j") for name in left.keys() | right.keys()}
        _objects(found, path, fields, {}, left, right, replaces)
    elif isinstance(left, list) and isinstance(right, list):
        _lists(found, path, entry, left, right, replaces)
    else:
        found.add(path, "update", replaces)


def _replacing_inside(entry: Property, value: Any) -> bool:
    """Return whether an object that appears or disappears holds a property that replaces the resource."""
    fields = entry.fields
    if fields is None:
        return False
    if isinstance(value, list):
        return any(_replacing_inside(entry, item) for item in value)
    if not isinstance(value, Mapping):
        return False
    inner = {name: fields[name] for name in value if name in fields}
    return any(one.replaces or _replacing_inside(one, value[name]) for name, one in inner.items())


def _lists(found: Difference, path: str, entry: Property, left: list[Any], right: list[Any], replaces: bool) -> None:
    item = Property(entry.type[1] if isinstance(entry.type, list) else "j", replaces=entry.replaces)
    if entry.unordered:
        left, right = _unmatched(item, left, right)
    for index in range(max(len(left), len(right))):
        before = left[index] if index < len(left) else None
        after = right[index] if index < len(right) else None
        _values(found, f"{path}[{index}]", item, before, after, replaces)


def _unmatched(item: Property, left: list[Any], right: list[Any]) -> tuple[list[Any], list[Any]]:
    rest, extra = list(left), []
    for value in right:
        match = next((other for other in rest if equal(item, other, value)), None)
        if match is None:
            extra.append(value)
        else:
            rest.remove(match)
    return rest, extra


def _blank(value: Any) -> bool:
    return value is None or (value is not UNKNOWN and value in ([], {}))
