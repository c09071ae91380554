"""Hands a request to an instance, and returns what came back."""

import time
from collections.abc import Mapping
from dataclasses import dataclass

import urllib3
from urllib3.exceptions import HTTPError, NewConnectionError, ProtocolError, TimeoutError

from localcloud.sagemaker.endpoints.router import Borrowed

BROKEN = (NewConnectionError, ProtocolError)
"""The connection broke before an answer came; it may have been one kept alive that the container had closed."""

_FORWARDED = ("Content-Type", "Accept", "X-Amzn-SageMaker-Custom-Attributes", "X-Amzn-SageMaker-Inference-Id")
_LIMIT_SECONDS = 60.0
_CONNECT_SECONDS = 10.0
_TIMED_OUT = (
    "Your invocation timed out while waiting for a response from container primary. Review the latency metrics for "
    "each container in Amazon CloudWatch, resolve the issue, and try again."
)


@dataclass(frozen=True, kw_only=True)
class Reply:
    """What came back from an instance; `status` 0 with a message means that it did not answer in time."""

    chosen: Borrowed
    status: int
    headers: Mapping[str, str]
    body: bytes
    model_seconds: float


def forward(chosen: Borrowed, given: Mapping[str, str], body: bytes) -> Reply:
    """Send a request to an instance, with those of the client's headers (`given`) that a container gets.

    Raises:
        urllib3.exceptions.HTTPError: one of `BROKEN`.
    """
    began = time.perf_counter()
    try:
        answer = chosen.instance.pool.urlopen(
            "POST",
            "/invocations",
            body=body,
            headers={name: given[name] for name in _FORWARDED if name in given},
            retries=False,
            timeout=urllib3.Timeout(connect=_CONNECT_SECONDS, read=_LIMIT_SECONDS),
        )
    except TimeoutError:
        return no_answer(chosen, began, _TIMED_OUT)
    except BROKEN:
        raise
    except HTTPError as error:
        return no_answer(chosen, began, str(error))
    return Reply(
        chosen=chosen,
        status=answer.status,
        headers=answer.headers,
        body=answer.data,
        model_seconds=time.perf_counter() - began,
    )


def no_answer(chosen: Borrowed, began: float, message: str) -> Reply:
    """Return the reply that stands for none; `began` is what `time.perf_counter` said when the request was sent."""
    return Reply(chosen=chosen, status=0, headers={}, body=message.encode(), model_seconds=time.perf_counter() - began)
