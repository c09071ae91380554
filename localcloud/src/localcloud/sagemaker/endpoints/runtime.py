"""InvokeEndpoint: from a client's request to an instance's answer, with the errors AWS answers with.

Limits (AWS's API reference of sagemaker-runtime): a body of at most 6,291,456 bytes, 60 seconds for the container.
"""

import itertools
import json
import time
import uuid
from collections.abc import Mapping

import urllib3
from urllib3.exceptions import NewConnectionError, ProtocolError

from localcloud.cloud import Cloud
from localcloud.errors import AwsError
from localcloud.sagemaker.endpoints.bookkeeping import count, keep
from localcloud.sagemaker.endpoints.forwarding import BROKEN, Reply, forward, no_answer
from localcloud.sagemaker.endpoints.host import EndpointHost
from localcloud.sagemaker.endpoints.hosting import Hosting, hosting
from localcloud.sagemaker.endpoints.instance import Instance
from localcloud.sagemaker.endpoints.log_shipping import log_group
from localcloud.scope import Scope

Answer = tuple[int, dict[str, str], bytes]

MOST_BYTES = 6_291_456
# A restarted cloud brings its endpoints up while it already answers.
_REVIVAL_SECONDS = 45.0
_RETURNED = ("Content-Type", "X-Amzn-SageMaker-Custom-Attributes")
_REFUSED = {
    "X-Amzn-SageMaker-Target-Model": "multi-model endpoints",
    "X-Amzn-SageMaker-Target-Container-Hostname": "direct invocation of one of several containers",
    "X-Amzn-SageMaker-Inference-Component": "inference components",
    "X-Amzn-SageMaker-Session-Id": "stateful sessions",
}


class InvocationError(AwsError):
    """The request itself is wrong; the runtime API spells this differently from the control plane."""

    code = "ValidationError"
    status = 400


def invoke(cloud: Cloud, scope: Scope, endpoint_name: str, headers: Mapping[str, str], body: bytes) -> Answer:
    """Serve one invocation and return status, headers and body of the answer.

    Raises:
        AwsError: no such endpoint or variant, an unsupported way of invoking, or no instance that could answer.
    """
    began = time.perf_counter()
    given = urllib3.HTTPHeaderDict(headers)
    if len(body) > MOST_BYTES:
        return _too_large()
    _refuse_unsupported(given)
    place = hosting(cloud)
    host = _find(place, scope, endpoint_name)
    variant = given.get("X-Amzn-SageMaker-Target-Variant")
    if variant is not None and variant not in host.live.production:
        raise InvocationError(f"Variant {variant} not found in endpoint {endpoint_name} of account {scope.account}.")
    reply = _ask(host, variant, given, body)
    place.mirroring.copy(host, reply.chosen.target, given, body)
    count(place.metrics, host, reply, time.perf_counter() - began)
    keep(place.capture, host, given, body, reply)
    if 200 <= reply.status < 300:
        return 200, _answer_headers(reply), reply.body
    return _model_error(host, reply)


def refuse(path_ending: str) -> Answer:
    """Answer an invocation that the local cloud does not serve: asynchronous, or with a streamed answer."""
    text = f"Invoking an endpoint by {path_ending} is not emulated by the local cloud; use InvokeEndpoint."
    return 400, _error_headers("ValidationError"), json.dumps({"Message": text}).encode()


def _find(place: Hosting, scope: Scope, name: str) -> EndpointHost:
    host = place.find(scope, name)
    if host is not None and not host.router.targets and host.reviving:
        host.settled.wait(_REVIVAL_SECONDS)
    if host is None or not host.router.targets:
        raise InvocationError(f"Endpoint {name} of account {scope.account} not found.")
    return host


def _refuse_unsupported(given: Mapping[str, str]) -> None:
    for header, words in _REFUSED.items():
        if header in given:
            raise InvocationError(f"The local cloud does not emulate {words} ({header}).")


def _ask(host: EndpointHost, variant: str | None, given: Mapping[str, str], body: bytes) -> Reply:
    """Forward the request; one that met a closed connection is tried again, elsewhere if possible."""
    avoid: Instance | None = None
    for attempt in itertools.count():
        alone = sum(len(target.instances()) for target in host.router.targets) < 2
        with host.router.borrow(variant, None if alone else avoid) as chosen:
            began = time.perf_counter()
            try:
                return forward(chosen, given, body)
            except BROKEN as error:
                # A connection kept alive may have been closed meanwhile; but a request that kills its container must
                # not be handed to all of them.
                last = 1 if isinstance(error, ProtocolError) and not isinstance(error, NewConnectionError) else 2
                avoid = chosen.instance
                if attempt >= last:
                    return no_answer(chosen, began, f"The container closed the connection ({error}).")
    raise AssertionError("unreachable: the loop ends by returning")


def _answer_headers(reply: Reply) -> dict[str, str]:
    return {
        **{name: reply.headers[name] for name in _RETURNED if name in reply.headers},
        "x-Amzn-Invoked-Production-Variant": reply.chosen.target.variant,
        "x-amzn-RequestId": str(uuid.uuid4()),
    }


def _model_error(host: EndpointHost, reply: Reply) -> Answer:
    scope, group = host.record.scope, log_group(host.record.name)
    kind = "client" if 400 <= reply.status < 500 else "server"
    original = reply.body.decode(errors="replace")
    console = (
        f"https://{scope.region}.console.aws.amazon.com/cloudwatch/home?region={scope.region}"
        f"#logEventViewer:group={group}"
    )
    message = (
        f'Received {kind} error ({reply.status}) from primary with message "{original}". '
        f"See {console} in account {scope.account} for more information."
    )
    content = {
        "ErrorCode": "CLIENT_ERROR_FROM_MODEL" if kind == "client" else "SERVER_ERROR_FROM_MODEL",
        "LogStreamArn": scope.arn("logs", f"log-group:{group}"),
        "Message": message[:2048],
        "OriginalMessage": original[:2048],
        "OriginalStatusCode": reply.status,
    }
    return 424, _error_headers("ModelError"), json.dumps(content).encode()


def _too_large() -> Answer:
    text = f"HTTP content length exceeded {MOST_BYTES} bytes."
    return 413, _error_headers(None), json.dumps({"Message": text}).encode()


def _error_headers(code: str | None) -> dict[str, str]:
    headers = {"Content-Type": "application/json", "x-amzn-RequestId": str(uuid.uuid4())}
    return {**headers, "x-amzn-ErrorType": code} if code else headers
