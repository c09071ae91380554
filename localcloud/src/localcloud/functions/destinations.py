"""Where the records of asynchronous invocations go: OnSuccess and OnFailure destinations, dead-letter queues.

Source: Lambda developer guide, "Capturing records of Lambda asynchronous invocations" and "Adding a dead-letter queue".
"""

import base64
import json
import logging
from collections.abc import Mapping
from typing import Any

from localcloud.cloud import Cloud
from localcloud.functions.invocation import Outcome
from localcloud.functions.names import FunctionName
from localcloud.scope import Scope
from localcloud.store import Document

log = logging.getLogger(__name__)


class Destinations:
    """Sends records through the cloud's own API; what cannot be sent is counted and logged, as on AWS."""

    def __init__(self, cloud: Cloud) -> None:
        self._cloud = cloud

    def send(
        self, function: FunctionName, document: Document, event: Document, condition: str, outcome: Outcome | None
    ) -> None:
        """Send what became of an event to wherever the function says."""
        which = "OnSuccess" if condition == "Success" else "OnFailure"
        config: Mapping[str, Any] = (document.get("_EventInvoke") or {}).get("DestinationConfig") or {}
        destination = (config.get(which) or {}).get("Destination")
        if destination:
            text = json.dumps(record(function, event, condition, outcome, self._cloud.clock.now()))
            self._try(function, "DestinationDeliveryFailures", destination, text, {})
        dead_letters = (document.get("DeadLetterConfig") or {}).get("TargetArn")
        if dead_letters and which == "OnFailure":
            payload = base64.b64decode(event["Payload"]).decode(errors="replace")
            self._try(function, "DeadLetterErrors", dead_letters, payload, _reason(event, outcome))

    def _try(self, function: FunctionName, metric: str, arn: str, text: str, attributes: Mapping[str, str]) -> None:
        try:
            self._send(arn, text, attributes)
        except Exception:
            log.exception("function %s: nothing could be sent to %s", function.arn, arn)
            dimensions = {"FunctionName": function.name}
            self._cloud.metrics.publish(
                function.scope, namespace="AWS/Lambda", name=metric, unit="Count", dimensions=dimensions, values=[1.0]
            )

    def _send(self, arn: str, text: str, attributes: Mapping[str, str]) -> None:
        _, _, service, region, account, name = arn.split(":", 5)
        client = self._cloud.client(service, Scope(account, region))
        typed = {key: {"DataType": "String", "StringValue": value} for key, value in attributes.items()}
        if service == "sns":
            client.publish(TopicArn=arn, Message=text, MessageAttributes=typed)
            return
        url = client.get_queue_url(QueueName=name)["QueueUrl"]
        client.send_message(QueueUrl=url, MessageBody=text, MessageAttributes=typed)


def record(
    function: FunctionName, event: Mapping[str, Any], condition: str, outcome: Outcome | None, now: Any
) -> Document:
    """Return the record of an invocation; without an outcome the function was never run for the last time. Pure."""
    found: Document = {
        "version": "1.0",
        "timestamp": now.strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z",
        "requestContext": {
            "requestId": event["RequestId"],
            "functionArn": f"{function.arn}:$LATEST",
            "condition": condition,
            "approximateInvokeCount": event["Failed"] + (condition == "Success"),
        },
        "requestPayload": _parsed(base64.b64decode(event["Payload"])),
    }
    if outcome is None:
        return found
    context: Document = {"statusCode": 200, "executedVersion": "$LATEST"}
    if outcome.failed:
        context["functionError"] = "Unhandled"
    return {**found, "responseContext": context, "responsePayload": _parsed(outcome.payload)}


def _reason(event: Mapping[str, Any], outcome: Outcome | None) -> dict[str, str]:
    answer = _parsed(outcome.payload) if outcome else None
    message = str(answer.get("errorMessage", "")) if isinstance(answer, dict) else ""
    return {
        "RequestID": event["RequestId"],
        "ErrorCode": "200" if outcome else "429",
        "ErrorMessage": message[:1024] or "-",
    }


def _parsed(body: bytes) -> Any:
    try:
        return json.loads(body or b"{}")
    except ValueError:
        return body.decode(errors="replace")
