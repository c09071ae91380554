"""InvokeEndpoint: from a client's request to an instance's answer, with the errors AWS answers with.

Limits (AWS's API reference of sagemaker-runtime): a body of at most 6,291,456 bytes, 60 seconds for the container.
"""

import itertools
import json
import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass

import urllib3
from urllib3.exceptions import HTTPError, NewConnectionError, ProtocolError, TimeoutError

from localcloud.cloud import Cloud
from localcloud.errors import AwsError
from localcloud.sagemaker.endpoints.capture import Exchange, Payload
from localcloud.sagemaker.endpoints.host import EndpointHost
from localcloud.sagemaker.endpoints.hosting import Hosting, hosting
from localcloud.sagemaker.endpoints.instance import Instance
from localcloud.sagemaker.endpoints.invocation_metrics import Invocation
from localcloud.sagemaker.endpoints.log_shipping import log_group
from localcloud.sagemaker.endpoints.router import Borrowed
from localcloud.scope import Scope

Answer = tuple[int, dict[str, str], bytes]

MOST_BYTES = 6_291_456
_LIMIT_SECONDS = 60.0
_CONNECT_SECONDS = 10.0
# A restarted cloud brings its endpoints up while it already answers.
_REVIVAL_SECONDS = 45.0
_FORWARDED = ("Content-Type", "Accept", "X-Amzn-SageMaker-Custom-Attributes", "X-Amzn-SageMaker-Inference-Id")
_RETURNED = ("Content-Type", "X-Amzn-SageMaker-Custom-Attributes")
_REFUSED = {
    "X-Amzn-SageMaker-Target-Model": "multi-model endpoints",
    "X-Amzn-SageMaker-Target-Container-Hostname": "direct invocation of one of several containers",
    "X-Amzn-SageMaker-Inference-Component": "inference components",
    "X-Amzn-SageMaker-Session-Id": "stateful sessions",
}
_TIMED_OUT = (
    "Your invocation timed out while waiting for a response from container primary. Review the latency metrics for "
    "each container in Amazon CloudWatch, resolve the issue, and try again."
)


class InvocationError(AwsError):
    """The request itself is wrong; the runtime API spells this differently from the control plane."""

    code = "ValidationError"
    status = 400


@dataclass(frozen=True, kw_only=True)
class Reply:
    """What came back from an instance; `status` 0 with a message means that it did not answer in time."""

    chosen: Borrowed
    status: int
    headers: Mapping[str, str]
    body: bytes
    model_seconds: float


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
    if variant is not None and variant not in host.targets:
        raise InvocationError(f"Variant {variant} not found in endpoint {endpoint_name} of account {scope.account}.")
    reply = _ask(host, variant, _request_headers(given), body)
    _record(place, host, reply, time.perf_counter() - began)
    if 200 <= reply.status < 300:
        _capture(place, host, given, body, reply)
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


def _request_headers(given: Mapping[str, str]) -> dict[str, str]:
    return {name: given[name] for name in _FORWARDED if name in given}


def _ask(host: EndpointHost, variant: str | None, headers: Mapping[str, str], body: bytes) -> Reply:
    """Forward the request; one that met a closed connection is tried again, elsewhere if possible."""
    avoid: Instance | None = None
    for attempt in itertools.count():
        alone = sum(len(target.instances()) for target in host.router.targets) < 2
        with host.router.borrow(variant, None if alone else avoid) as chosen:
            began = time.perf_counter()
            try:
                answer = chosen.instance.pool.urlopen(
                    "POST",
                    "/invocations",
                    body=body,
                    headers=headers,
                    retries=False,
                    timeout=urllib3.Timeout(connect=_CONNECT_SECONDS, read=_LIMIT_SECONDS),
                )
            except TimeoutError:
                return _no_answer(chosen, began, _TIMED_OUT)
            except (NewConnectionError, ProtocolError) as error:
                # A connection kept alive may have been closed meanwhile; but a request that kills its container must
                # not be handed to all of them.
                last = 1 if isinstance(error, ProtocolError) and not isinstance(error, NewConnectionError) else 2
                avoid = chosen.instance
                if attempt >= last:
                    return _no_answer(chosen, began, f"The container closed the connection ({error}).")
                continue
            except HTTPError as error:
                return _no_answer(chosen, began, str(error))
            return Reply(
                chosen=chosen,
                status=answer.status,
                headers=answer.headers,
                body=answer.data,
                model_seconds=time.perf_counter() - began,
            )
    raise AssertionError("unreachable: the loop ends by returning")


def _no_answer(chosen: Borrowed, began: float, message: str) -> Reply:
    return Reply(chosen=chosen, status=0, headers={}, body=message.encode(), model_seconds=time.perf_counter() - began)


def _record(place: Hosting, host: EndpointHost, reply: Reply, total_seconds: float) -> None:
    fleet = reply.chosen.target.fleet
    mates = [target.instances() for target in host.router.targets if target.variant == fleet.spec.variant]
    place.metrics.record(
        Invocation(
            scope=host.record.scope,
            endpoint=host.record.name,
            variant=fleet.spec.variant,
            config_name=fleet.spec.config_name,
            instances=sum(len(instances) for instances in mates),
            status=reply.status or 500,
            model_microseconds=reply.model_seconds * 1e6,
            overhead_microseconds=max(0.0, total_seconds - reply.model_seconds) * 1e6,
        )
    )


def _capture(place: Hosting, host: EndpointHost, given: Mapping[str, str], body: bytes, reply: Reply) -> None:
    settings = reply.chosen.target.fleet.spec.capture
    if settings is None:
        return
    place.capture.record(
        settings,
        Exchange(
            scope=host.record.scope,
            endpoint=host.record.name,
            variant=reply.chosen.target.variant,
            request=Payload(content_type=given.get("Content-Type", ""), data=body),
            response=Payload(content_type=reply.headers.get("Content-Type", ""), data=reply.body),
            inference_id=given.get("X-Amzn-SageMaker-Inference-Id"),
            custom_attributes=given.get("X-Amzn-SageMaker-Custom-Attributes"),
            at=host.cloud.clock.now(),
        ),
    )


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
