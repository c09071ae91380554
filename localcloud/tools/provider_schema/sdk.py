"""What pulumi-aws calls things: tokens, property names and types, read from its Python SDK by reflection."""

import importlib
import inspect
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from enum import Enum
from pathlib import Path
from typing import Any, get_args, get_origin

import pulumi._types as pulumi_types
import pulumi_aws

Property = dict[str, Any]


def resources() -> Iterator[tuple[str, type, type]]:
    """Yield (token, resource class, arguments class) for every resource of the SDK."""
    source = Path(pulumi_aws.__file__).read_text()
    listing = re.search(r'resource_modules="""(.*?)"""', source, re.DOTALL)
    assert listing, "the SDK lists its resource modules"
    for entry in json.loads(listing[1]):
        for token, name in entry["classes"].items():
            resource = getattr(importlib.import_module(entry["fqn"]), name)
            module = inspect.getmodule(resource)
            # A nested type of the same name pushes the resource's own arguments aside.
            arguments = getattr(module, f"{name}InitArgs", None) or getattr(module, f"{name}Args")
            if pulumi_types.is_input_type(arguments):
                yield token, resource, arguments


def inputs(arguments: type) -> dict[str, Property]:
    """Return the properties that a resource or a nested object accepts."""
    return _object(arguments, pulumi_types.input_type_types(arguments), ())


def outputs(resource: type) -> dict[str, Property]:
    """Return the properties that a resource offers."""
    return {name: {"t": _type(hint, ())} for name, hint in pulumi_types.resource_types(resource).items()}


def _object(cls: type, hints: Mapping[str, Any], seen: tuple[type, ...]) -> dict[str, Property]:
    names = _pulumi_names(cls)
    required = {
        names.get(name, name)
        for name, parameter in inspect.signature(cls.__init__).parameters.items()
        if parameter.kind is parameter.KEYWORD_ONLY and parameter.default is parameter.empty
    }
    return {
        name: {"t": _type(hint, (*seen, cls)), **({"r": 1} if name in required else {})} for name, hint in hints.items()
    }


def _pulumi_names(cls: type) -> dict[str, str]:
    if pulumi_types.is_input_type(cls):
        return pulumi_types.input_type_py_to_pulumi_names(cls)
    return {}


def _type(hint: Any, seen: tuple[type, ...]) -> Any:
    if isinstance(hint, type):
        return _class(hint, seen)
    origin, arguments = get_origin(hint), get_args(hint)
    if isinstance(origin, type) and issubclass(origin, Mapping):
        return ["m", _type(arguments[1], seen)]
    if isinstance(origin, type) and issubclass(origin, Sequence):
        return ["l", _type(arguments[0], seen)]
    found = [_type(part, seen) for part in arguments if part is not type(None) and get_origin(part) is not None]
    plain = [_class(part, seen) for part in arguments if isinstance(part, type) and part is not type(None)]
    known = [kind for kind in plain + found if kind != "j"]
    return known[0] if known else "j"


def _class(hint: type, seen: tuple[type, ...]) -> Any:
    if issubclass(hint, Enum):
        return "s"
    if hint in (str, bool, int, float):
        return {str: "s", bool: "b", int: "i", float: "n"}[hint]
    if hint in seen:
        return "j"  # recursive rule trees (WAF) end here: anything goes below
    if pulumi_types.is_input_type(hint):
        return _object(hint, pulumi_types.input_type_types(hint), seen)
    if pulumi_types.is_output_type(hint):
        return _object(hint, pulumi_types.output_type_types(hint), seen)
    return "j"
