"""REST-JSON in HTTP, by a service's own model (botocore's): which operation a request asks for, and how it is answered.

Pure. Blobs inside a body stay base64; a body that is a payload by itself is bytes.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any
from urllib.parse import parse_qs

import botocore.session
from botocore.model import OperationModel, ServiceModel

from localcloud.aws_request import AwsRequest
from localcloud.store import Document


@dataclass(frozen=True)
class Reply:
    """An HTTP answer: status, headers, body."""

    status: int
    headers: dict[str, str]
    body: bytes


@dataclass(frozen=True)
class _Route:
    method: str
    path: re.Pattern[str]
    model: OperationModel


def read(service: str, request: AwsRequest) -> tuple[str, Document] | None:
    """Return the operation that a request asks for, with its parameters; None where the service has none such.

    Raises:
        ValueError: the body is no JSON object.
    """
    for route in _routes(service):
        found = route.path.fullmatch(request.path) if route.method == request.method else None
        if found:
            return str(route.model.name), _parameters(route.model, found.groupdict(), request)
    return None


def write(service: str, operation: str, answer: Mapping[str, Any]) -> Reply:
    """Return the HTTP answer of an operation, with those members that its model has."""
    model = _model(service).operation_model(operation)
    status, headers, body = int(model.http.get("responseCode", 200)), {"Content-Type": "application/json"}, b""
    shape: Any = model.output_shape
    payload = shape.serialization.get("payload") if shape else None
    members: dict[str, Any] = {}
    for name, value in answer.items():
        if shape is None or name not in shape.members:
            continue
        place: Mapping[str, str] = shape.members[name].serialization
        if place.get("location") == "statusCode":
            status = int(value)
        elif place.get("location") == "header":
            headers[place["name"]] = str(value)
        elif name == payload:
            body = value
        else:
            members[name] = value
    if payload is None and (shape is not None and status != 204):
        body = json.dumps(members, default=_seconds).encode()
    return Reply(status, headers, body)


def refuse(code: str, message: str, status: int, **more: str) -> Reply:
    """Return an error as REST-JSON services answer it; `more` are further members of its body."""
    text = json.dumps({**more, "Type": "User", "Message": message})
    return Reply(status, {"Content-Type": "application/json", "x-amzn-ErrorType": code}, text.encode())


def _parameters(model: OperationModel, path: Mapping[str, str], request: AwsRequest) -> Document:
    shape: Any = model.input_shape
    if shape is None:
        return {}
    query = parse_qs(request.variables.get("QUERY_STRING", ""), keep_blank_values=True)
    payload = shape.serialization.get("payload")
    found: Document = {} if payload else _body(request.body)
    for name, member in shape.members.items():
        location, wire = member.serialization.get("location"), member.serialization.get("name", name)
        if location == "uri":
            found[name] = path[wire]
        elif location == "querystring" and wire in query:
            found[name] = query[wire] if member.type_name == "list" else query[wire][0]
        elif location == "header":
            value = request.variables.get(f"HTTP_{wire.upper().replace('-', '_')}")
            found |= {} if value is None else {name: value}
        elif name == payload:
            found[name] = request.body
    return found


def _body(body: bytes) -> Document:
    found = json.loads(body) if body.strip() else {}
    if not isinstance(found, dict):
        raise ValueError("the body is no JSON object")
    return found


@cache
def _routes(service: str) -> list[_Route]:
    model: Any = _model(service)
    operations: list[Any] = [model.operation_model(name) for name in model.operation_names]
    return [_Route(one.http["method"], _pattern(one.http["requestUri"]), one) for one in operations]


def _pattern(uri: str) -> re.Pattern[str]:
    path = re.escape(uri.split("?")[0].rstrip("/"))
    return re.compile(
        re.sub(r"\\\{(\w+)(\\\+)?\\\}", lambda name: f"(?P<{name[1]}>{'.+' if name[2] else '[^/]+'})", path) + "/?"
    )


@cache
def _model(service: str) -> ServiceModel:
    return botocore.session.get_session().get_service_model(service)


def _seconds(value: Any) -> float:
    return value.timestamp()
