"""Between Pulumi's camelCase properties and an API's members, by the API's own model (botocore's).

A property matches the member of the same letters, singular or plural; what differs more is renamed in the table.
Pulumi's one-element lists and objects stand for each other where API and schema disagree.
"""

from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any

from localcloud.provider.schema import Property
from localcloud.provider.values import Props

Rename = Mapping[str, str]
"""Property to member, at any depth."""
_OURS = frozenset({"region", "tags", "tagsAll"})


@cache
def _variants(name: str) -> frozenset[str]:
    plain = name.replace("_", "").lower()
    found = {plain}
    if plain.endswith("ies"):
        found.add(f"{plain[:-3]}y")
    if plain.endswith("s"):
        found |= {plain[:-1], plain.removesuffix("es")}
    return frozenset(found)


def match(name: str, candidates: Iterable[str], rename: Rename) -> str | None:
    """Return the candidate that is meant by `name`: renamed, spelt alike, or alike but for the plural."""
    names = list(candidates)
    if rename.get(name) in names:
        return rename[name]
    exact = [other for other in names if other.replace("_", "").lower() == name.replace("_", "").lower()]
    return next(iter(exact or [other for other in names if _variants(other) & _variants(name)]), None)


def request(client: Any, operation: str, props: Props, *, rename: Rename, skip: frozenset[str]) -> dict[str, Any]:
    """Return the parameters of an operation from those properties that it takes.

    Raises:
        KeyError: a property is neither taken nor in `skip`: the table's row is wrong.
    """
    shape = client.meta.service_model.operation_model(operation).input_shape
    found: dict[str, Any] = {}
    for name, value in props.items():
        if name in skip or name in _OURS or value is None:
            continue
        member = match(name, shape.members, rename)
        if member is None:
            raise KeyError(f"{operation} takes no {name}")
        found[member] = _to_api(shape.members[member], value, rename)
    return found


def _to_api(shape: Any, value: Any, rename: Rename) -> Any:
    kind = shape.type_name
    if kind == "structure":
        only: Any = value[0] if isinstance(value, list) and value else value or {}
        return _structure(shape, only, rename)
    if kind == "list":
        items = value if isinstance(value, list) else [value]
        return [_to_api(shape.member, item, rename) for item in items]
    if kind == "map":
        return {key: _to_api(shape.value, item, rename) for key, item in value.items()}
    if kind in ("float", "double") and not isinstance(value, bool):
        return float(value)
    if kind in ("integer", "long") and isinstance(value, (str, float)):
        return int(value)
    return value


def _structure(shape: Any, value: Mapping[str, Any], rename: Rename) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, item in value.items():
        member = match(name, shape.members, rename)
        if member is None:
            raise KeyError(f"{shape.name} takes no {name}")
        if item is not None and item != "":
            found[member] = _to_api(shape.members[member], item, rename)
    return found


def properties(fields: Mapping[str, Property], answer: Mapping[str, Any], *, rename: Rename) -> Props:
    """Return those properties of a type that an API's answer tells."""
    found: Props = {}
    for name, entry in fields.items():
        member = match(name, answer, rename)
        if member is not None and answer[member] is not None:
            found[name] = _from_api(entry, answer[member], rename)
    return found


def _from_api(entry: Property, value: Any, rename: Rename) -> Any:
    if hasattr(value, "isoformat"):
        return value.strftime("%Y-%m-%dT%H:%M:%SZ")
    is_list = isinstance(entry.type, list) and entry.type[0] == "l"
    if is_list and not isinstance(value, list):
        value = [value]
    if not is_list and isinstance(value, list):
        value = value[0] if value else None
    if entry.fields is not None:
        if is_list:
            return [properties(entry.fields, item, rename=rename) for item in value]
        one: Any = value
        return None if one is None else properties(entry.fields, one, rename=rename)
    if entry.type == "s" and isinstance(value, (int, float)) and not isinstance(value, bool):
        return str(value)
    return int(value) if isinstance(value, float) and value.is_integer() else value
