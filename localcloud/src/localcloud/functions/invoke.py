"""Invoke: an answer at once, an event for later, or only the question whether it could be.

Source: Lambda API reference, Invoke; developer guide, "Lambda quotas" (6 MB, 1 MB asynchronously).
"""

import base64
import json
import uuid

from localcloud.errors import AwsError
from localcloud.functions import records
from localcloud.functions.executor import executor_of
from localcloud.functions.service import REQUEST_ID, operation, target
from localcloud.sagemaker.service import Call
from localcloud.store import Document

_REQUEST_BYTES = 6_291_456
_EVENT_BYTES = 1_048_576


@operation("Invoke")
def invoke(call: Call) -> Document:
    """Run a function, or keep the event for it."""
    function = target(call)
    records.get(call.cloud.store, function)
    kind = call.params.get("InvocationType", "RequestResponse")
    payload: bytes = call.params.get("Payload") or b""
    _check(payload, _EVENT_BYTES if kind == "Event" else _REQUEST_BYTES)
    if kind == "DryRun":
        return {"StatusCode": 204}
    request_id = str(uuid.uuid4())
    if kind == "Event":
        executor_of(call.cloud).events.accept(function, payload, request_id)
        return {"StatusCode": 202, REQUEST_ID: request_id}
    outcome = executor_of(call.cloud).invoker.invoke(function, payload, request_id)
    answer: Document = {"StatusCode": 200, "ExecutedVersion": "$LATEST", "Payload": outcome.payload}
    answer[REQUEST_ID] = request_id
    if outcome.failed:
        answer["FunctionError"] = "Unhandled"
    if call.params.get("LogType") == "Tail":
        answer["LogResult"] = base64.b64encode(outcome.log).decode()
    return answer


def _check(payload: bytes, most: int) -> None:
    if len(payload) > most:
        text = f"Request must be smaller than {most} bytes for the InvokeFunction operation"
        raise AwsError(text, code="RequestTooLargeException", status=413)
    try:
        json.loads(payload or b"{}")
    except ValueError as error:
        text = f"Could not parse request body into json: Could not parse payload into json: {error}"
        raise AwsError(text, code="InvalidRequestContentException", status=400) from None
