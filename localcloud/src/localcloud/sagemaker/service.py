"""The SageMaker API: which operation is served by which function, and how errors become answers.

An operation is a function from a `Call` to the response's mapping, registered with `@operation("CreateModel")`.
What is not registered here is answered by moto.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from localcloud.cloud import Cloud
from localcloud.errors import AwsError
from localcloud.sagemaker.foreign import check_arns
from localcloud.scope import Scope
from localcloud.store import Document


@dataclass(frozen=True)
class Call:
    """One request: the cloud it reached, whose account and region, which operation, and its parameters."""

    cloud: Cloud
    scope: Scope
    operation: str
    params: Document


Handler = Callable[[Call], Document | None]

OPERATIONS: dict[str, Handler] = {}


def registering(operations: dict[str, Handler]) -> Callable[[str], Callable[[Handler], Handler]]:
    """Return the decorator that registers a function as the server of the operation that it is given by name."""

    def operation(name: str) -> Callable[[Handler], Handler]:
        def register(handler: Handler) -> Handler:
            if name in operations:
                raise ValueError(f"operation {name} is registered twice")
            operations[name] = handler
            return handler

        return register

    return operation


operation = registering(OPERATIONS)


def _seconds(value: Any) -> float:
    if isinstance(value, datetime):
        return value.timestamp()
    raise TypeError(f"a response cannot hold {type(value).__name__}")


def dispatch(cloud: Cloud, scope: Scope, name: str, body: bytes) -> tuple[int, bytes]:
    """Serve one JSON-1.1 request and return the HTTP status and the answer's bytes.

    The caller has made sure that `name` is in `OPERATIONS`.
    """
    params = json.loads(body or b"{}")

    def serve() -> Document | None:
        check_arns(scope, name, params)
        return OPERATIONS[name](Call(cloud, scope, name, params))

    return answered(serve)


def answered(serve: Callable[[], Document | None]) -> tuple[int, bytes]:
    """Return the HTTP status and the JSON-1.1 bytes of what `serve` returns, or of the error it raises."""
    try:
        answer = serve()
    except AwsError as error:
        return error.status, json.dumps({"__type": error.code, "message": error.message}).encode()
    return 200, json.dumps(answer or {}, default=_seconds).encode()
