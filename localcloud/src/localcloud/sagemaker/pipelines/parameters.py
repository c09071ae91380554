"""A pipeline's parameters: types, defaults, allowed values. Pure."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from localcloud.errors import ValidationError


def _boolean(text: str) -> bool:
    return {"true": True, "false": False}[text.lower()]


_READERS: Mapping[str, Callable[[str], Any]] = {"String": str, "Integer": int, "Float": float, "Boolean": _boolean}


@dataclass(frozen=True, kw_only=True)
class Parameter:
    """One parameter of a definition; `default` is None where a value must be given."""

    name: str
    type: str
    default: Any = None
    choices: tuple[Any, ...] = ()

    @classmethod
    def parse(cls, entry: Mapping[str, Any]) -> "Parameter":
        """Read an entry of a definition's Parameters.

        Raises:
            ValidationError: an unknown type, or a default that is none of the allowed values.
        """
        name, kind = entry["Name"], entry["Type"]
        if kind not in _READERS:
            raise ValidationError(f"Parameter {name}: type {kind!r} is none of {', '.join(_READERS)}.")
        choices = tuple(entry.get("EnumValues", ()))
        parameter = cls(name=name, type=kind, default=entry.get("DefaultValue"), choices=choices)
        if parameter.default is not None:
            parameter.read(_shown(parameter.default))
        return parameter

    def read(self, text: str) -> Any:
        """Return the typed value of what a caller gave.

        Raises:
            ValidationError: it is of another type, or not among the allowed values.
        """
        try:
            value = _READERS[self.type](text)
        except (ValueError, KeyError):
            raise ValidationError(f"Parameter {self.name}: {text!r} is not of type {self.type}.") from None
        if self.choices and value not in self.choices:
            allowed = ", ".join(map(str, self.choices))
            raise ValidationError(f"Parameter {self.name}: {text!r} is none of the allowed values {allowed}.")
        return value


def read_parameters(declared: Sequence[Parameter], given: Mapping[str, str]) -> dict[str, Any]:
    """Return every declared parameter's value for one execution.

    Raises:
        ValidationError: a parameter that is not declared, has no value, or a wrong one.
    """
    names = [parameter.name for parameter in declared]
    unknown = sorted(set(given) - set(names))
    if unknown:
        raise ValidationError(
            f"Unknown parameter(s) {', '.join(unknown)}; the pipeline has {', '.join(names) or 'none'}."
        )
    missing = [p.name for p in declared if p.default is None and p.name not in given]
    if missing:
        raise ValidationError(f"Missing a value for the parameter(s) {', '.join(missing)}.")
    return {p.name: p.read(given[p.name] if p.name in given else _shown(p.default)) for p in declared}


def _shown(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
