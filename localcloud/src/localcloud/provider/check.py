"""Is this what the type accepts? Unknown and missing properties, and values of the wrong kind.

Also coerces as Pulumi's bridge does: `"5"` for a number, `1` for a string, `"true"` for a boolean.
"""

import difflib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from localcloud.provider.schema import Property, ResourceType, Type
from localcloud.provider.values import UNKNOWN, Asset, Props

_KINDS = {"s": "a string", "i": "a whole number", "n": "a number", "b": "true or false"}


@dataclass(frozen=True)
class Failure:
    """Why one property is refused; the reason names the type."""

    property: str
    reason: str


def check(kind: ResourceType, inputs: Props) -> tuple[Props, list[Failure]]:
    """Return the inputs with values coerced, and everything that is wrong with them."""
    failures: list[Failure] = []
    checked = _object(kind.token, "", kind.inputs, inputs, failures)
    return checked, failures


def _object(
    token: str, path: str, accepts: Mapping[str, Property], given: Props, failures: list[Failure]
) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in given.items():
        where = f"{path}.{name}" if path else name
        if name == "__defaults":
            continue
        if name not in accepts:
            failures.append(Failure(where, f"{token} has no property {where!r}{_nearest(name, accepts)}"))
        elif value is not None:
            found[name] = _value(token, where, accepts[name].type, value, failures)
    for name, entry in accepts.items():
        if entry.required and name not in found and given.get(name) is None:
            where = f"{path}.{name}" if path else name
            failures.append(Failure(where, f"{token} needs the property {where!r}{_misspelt(name, given, accepts)}"))
    return found


def _nearest(name: str, accepts: Mapping[str, Property]) -> str:
    close = difflib.get_close_matches(name, accepts, n=1, cutoff=0.6)
    return f" (nearest: {close[0]!r})" if close else f" (it has: {', '.join(sorted(accepts))})"


def _misspelt(name: str, given: Props, accepts: Mapping[str, Property]) -> str:
    close = difflib.get_close_matches(name, [key for key in given if key not in accepts], n=1, cutoff=0.6)
    return f" (nearest given: {close[0]!r})" if close else ""


def _value(token: str, path: str, kind: Type, value: Any, failures: list[Failure]) -> Any:
    if value is UNKNOWN or kind == "j":
        return value
    if isinstance(kind, dict) or (isinstance(kind, list) and kind[0] == "l" and isinstance(kind[1], dict)):
        return _nested(token, path, kind, value, failures)
    if isinstance(kind, list):
        return _collection(token, path, kind, value, failures)
    coerced = _scalar(kind, value)
    if coerced is None:
        failures.append(Failure(path, f"{token}: {path!r} must be {_KINDS[kind]}, got {_shown(value)}"))
        return value
    return coerced


def _nested(token: str, path: str, kind: Type, value: Any, failures: list[Failure]) -> Any:
    fields = Property(type=kind).fields or {}
    if isinstance(kind, dict):
        if isinstance(value, Mapping):
            return _object(token, path, fields, dict(value), failures)
        failures.append(Failure(path, f"{token}: {path!r} must be an object, got {_shown(value)}"))
        return value
    if not isinstance(value, list):
        failures.append(Failure(path, f"{token}: {path!r} must be a list of objects, got {_shown(value)}"))
        return value
    return [_value(token, f"{path}[{index}]", kind[1], item, failures) for index, item in enumerate(value)]


def _collection(token: str, path: str, kind: Type, value: Any, failures: list[Failure]) -> Any:
    if kind[0] == "m" and isinstance(value, Mapping):
        return {key: _value(token, f"{path}.{key}", kind[1], item, failures) for key, item in value.items()}
    if kind[0] == "l" and isinstance(value, list):
        return [_value(token, f"{path}[{index}]", kind[1], item, failures) for index, item in enumerate(value)]
    wanted = "a map" if kind[0] == "m" else "a list"
    failures.append(Failure(path, f"{token}: {path!r} must be {wanted}, got {_shown(value)}"))
    return value


def _scalar(kind: str, value: Any) -> Any:
    if kind == "s":
        return _text(value)
    if kind == "b":
        return {"true": True, "false": False}.get(value) if isinstance(value, str) else _typed(value, bool)
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        return None
    try:
        number = float(value)
    except ValueError:
        return None
    if number.is_integer():
        return int(number)
    return None if kind == "i" else number


def _text(value: Any) -> str | Asset | None:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return str(value)
    if isinstance(value, Mapping):
        return json.dumps(value)  # a policy given as an object, which the SDK's types allow
    return value if isinstance(value, (str, Asset)) else None


def _typed(value: Any, kind: type) -> Any:
    return value if isinstance(value, kind) else None


def _shown(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."
