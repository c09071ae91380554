"""Lambda's API: which operation is served by which function, and who may ask for it.

What is not registered here is refused by its name: moto's Lambda knows nothing of these functions.
"""

import uuid
from collections.abc import Callable

from localcloud import rest_json
from localcloud.aws_request import AwsRequest
from localcloud.cloud import Cloud
from localcloud.errors import AwsError
from localcloud.functions.errors import Throttled
from localcloud.functions.names import FunctionName, function_name
from localcloud.functions.policy import check_foreign
from localcloud.rest_json import Reply
from localcloud.sagemaker.request_shapes import check_request
from localcloud.sagemaker.service import Call, Handler
from localcloud.store import Document

SERVICE = "lambda"
REQUEST_ID = "_RequestId"
"""The member of an answer that says under which id the request ran; others get a fresh one."""

_OPERATIONS: dict[str, Handler] = {}


def operation(name: str) -> Callable[[Handler], Handler]:
    """Register the decorated function as the server of operation `name`."""

    def register(handler: Handler) -> Handler:
        _OPERATIONS[name] = handler
        return handler

    return register


def dispatch(cloud: Cloud, request: AwsRequest) -> Reply:
    """Serve one request of Lambda's API."""
    try:
        name, params = _asked(request)
        # An unknown runtime is refused elsewhere, with another code.
        check_request(name, {member: value for member, value in params.items() if member != "Runtime"}, SERVICE)
        answer = _OPERATIONS[name](Call(cloud, request.caller.scope, name, params))
        reply = rest_json.write(SERVICE, name, answer or {})
        reply.headers["x-amzn-RequestId"] = (answer or {}).get(REQUEST_ID) or str(uuid.uuid4())
        return reply
    except Throttled as error:
        return rest_json.refuse(error.code, error.message, error.status, Reason=error.reason)
    except AwsError as error:
        return rest_json.refuse(error.code, error.message, error.status)


def target(call: Call) -> FunctionName:
    """Return the function that a call names.

    Raises:
        FunctionMissing: the name is none, or has a version or alias.
        AwsError: it is another account's, whose policy does not let the caller in.
    """
    function = function_name(call.scope, call.params["FunctionName"], call.params.get("Qualifier"))
    check_foreign(call, function)
    return function


def _asked(request: AwsRequest) -> tuple[str, Document]:
    try:
        found = rest_json.read(SERVICE, request)
    except ValueError as error:
        raise AwsError(
            f"Could not parse request body into json: {error}", code="InvalidRequestContentException", status=400
        ) from None
    if found is None or found[0] not in _OPERATIONS:
        asked = found[0] if found else f"{request.method} {request.path}"
        raise AwsError(f"Lambda's {asked} is not served by the local cloud.", code="NotImplemented", status=400)
    return found
