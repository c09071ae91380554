"""Checks that AWS makes and botocore does not: patterns, enumerations and lengths of a request's members.

Taken from botocore's own model of the service, and answered in AWS's words.
"""

import re
from collections.abc import Iterator
from functools import cache
from typing import Any

import botocore.session
from botocore.model import ServiceModel

from localcloud.errors import ValidationError
from localcloud.store import Document

_JAVA = re.compile(r"\\p|\\uD800")
_INSTANCE_TYPE = re.compile(r"ml\.[a-z0-9-]+\.[a-z0-9]+")


def check_request(operation: str, params: Document, service: str = "sagemaker") -> None:
    """Refuse a request whose members do not satisfy the service's model.

    Raises:
        ValidationError: names each member, its value, and the constraint, as AWS does.
    """
    problems = list(_problems(input_shape(operation, service), params, ""))
    if problems:
        noun = "error" if len(problems) == 1 else "errors"
        raise ValidationError(f"{len(problems)} validation {noun} detected: {'; '.join(problems)}")


def input_shape(operation: str, service: str = "sagemaker") -> Any:
    """Return botocore's shape of an operation's request."""
    return _model(service).operation_model(operation).input_shape


def choices(shape: str, service: str = "sagemaker") -> list[str]:
    """Return the values that botocore's model lists for a string."""
    found: Any = _model(service).shape_for(shape)
    return list(found.enum)


@cache
def _model(service: str) -> ServiceModel:
    return botocore.session.get_session().get_service_model(service)


def _problems(shape: Any, value: Any, path: str) -> Iterator[str]:
    if shape.type_name == "structure":
        yield from _structure_problems(shape, value, path)
    elif shape.type_name == "list":
        yield from _size_problems(shape, len(value), value, path, "length")
        for index, item in enumerate(value, start=1):
            yield from _problems(shape.member, item, f"{path}.{index}.member")
    elif shape.type_name == "map":
        yield from _size_problems(shape, len(value), value, path, "length")
    elif shape.type_name == "string":
        yield from _string_problems(shape, str(value), path)
    elif shape.type_name in ("integer", "long", "float", "double"):
        yield from _size_problems(shape, value, value, path, "value")


def _structure_problems(shape: Any, value: Document, path: str) -> Iterator[str]:
    for name, member in shape.members.items():
        where = ".".join(filter(None, (path, name[0].lower() + name[1:])))
        # A client fills in an idempotency token by itself; a request made by hand may go without.
        if value.get(name) is not None:
            yield from _problems(member, value[name], where)
        elif name in shape.required_members and not member.metadata.get("idempotencyToken"):
            yield f"Value null at '{where}' failed to satisfy constraint: Member must not be null"


def _string_problems(shape: Any, value: str, path: str) -> Iterator[str]:
    choices = shape.metadata.get("enum")
    if shape.name.endswith("InstanceType"):
        # Newer types than botocore's list are let through, as AWS would.
        if not _INSTANCE_TYPE.fullmatch(value):
            yield _problem(value, path, f"Member must satisfy regular expression pattern: {_INSTANCE_TYPE.pattern}")
        return
    if choices and value not in choices:
        yield _problem(value, path, f"Member must satisfy enum value set: [{', '.join(choices)}]")
    yield from _size_problems(shape, len(value), value, path, "length")
    pattern = shape.metadata.get("pattern")
    # Java's character classes (\p{L}) and ranges of surrogates are unknown to Python's re.
    if pattern and not _JAVA.search(pattern) and not re.fullmatch(pattern, value, re.DOTALL):
        yield _problem(value, path, f"Member must satisfy regular expression pattern: {pattern}")


def _size_problems(shape: Any, size: float, value: Any, path: str, noun: str) -> Iterator[str]:
    least, most = shape.metadata.get("min"), shape.metadata.get("max")
    if least is not None and size < least:
        yield _problem(value, path, f"Member must have {noun} greater than or equal to {least}")
    if most is not None and size > most:
        yield _problem(value, path, f"Member must have {noun} less than or equal to {most}")


def _problem(value: Any, path: str, constraint: str) -> str:
    return f"Value '{value}' at '{path}' failed to satisfy constraint: {constraint}"
