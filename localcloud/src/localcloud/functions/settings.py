"""What is set beside a function's configuration: its policy, its concurrency, what becomes of asynchronous events."""

import json
import re
from typing import Any

from localcloud.functions import records
from localcloud.functions.errors import FunctionMissing, InvalidParameter
from localcloud.functions.policy import added, removed, statement_of
from localcloud.functions.service import operation, target
from localcloud.sagemaker.service import Call
from localcloud.store import Document

_DESTINATIONS = re.compile(r"arn:aws[a-z-]*:(sqs|sns):[a-z0-9-]+:\d{12}:[^:]+")


@operation("AddPermission")
def add_permission(call: Call) -> Document:
    """Add a statement to a function's policy."""
    function = target(call)
    statement = statement_of(call.params, function)
    records.revise(call.cloud.store, function, lambda document: {"_Policy": added(document.get("_Policy"), statement)})
    return {"Statement": json.dumps(statement)}


@operation("RemovePermission")
def remove_permission(call: Call) -> None:
    """Take a statement out of a function's policy."""
    function = target(call)
    statement_id = call.params["StatementId"]
    records.revise(
        call.cloud.store, function, lambda found: {"_Policy": removed(found.get("_Policy"), statement_id, function)}
    )


@operation("GetPolicy")
def get_policy(call: Call) -> Document:
    """Return a function's policy."""
    policy = records.get(call.cloud.store, target(call)).get("_Policy")
    if not policy:
        raise FunctionMissing("The resource you requested does not exist.")
    shown = {name: value for name, value in policy.items() if name != "_Revision"}
    return {"Policy": json.dumps(shown), "RevisionId": policy["_Revision"]}


@operation("PutFunctionConcurrency")
def put_function_concurrency(call: Call) -> Document:
    """Reserve invocations at once for a function, which is also the most it may have."""
    reserved = call.params["ReservedConcurrentExecutions"]
    records.change(call.cloud.store, target(call), _Reserved=reserved)
    return {"ReservedConcurrentExecutions": reserved}


@operation("GetFunctionConcurrency")
def get_function_concurrency(call: Call) -> Document:
    """Return the reserved concurrency, nothing where none is set."""
    reserved = records.get(call.cloud.store, target(call)).get("_Reserved")
    return {} if reserved is None else {"ReservedConcurrentExecutions": reserved}


@operation("DeleteFunctionConcurrency")
def delete_function_concurrency(call: Call) -> None:
    """Reserve nothing for a function any more."""
    records.change(call.cloud.store, target(call), _Reserved=None)


@operation("PutFunctionEventInvokeConfig")
def put_function_event_invoke_config(call: Call) -> Document:
    """Set how asynchronous events are treated; what is not given goes back to Lambda's default."""
    return _set_event_invoke(call, {})


@operation("UpdateFunctionEventInvokeConfig")
def update_function_event_invoke_config(call: Call) -> Document:
    """Change some of it."""
    return _set_event_invoke(call, _event_invoke(call))


@operation("GetFunctionEventInvokeConfig")
def get_function_event_invoke_config(call: Call) -> Document:
    """Return how asynchronous events are treated."""
    return _event_invoke(call)


@operation("DeleteFunctionEventInvokeConfig")
def delete_function_event_invoke_config(call: Call) -> None:
    """Go back to Lambda's defaults."""
    _event_invoke(call)
    records.change(call.cloud.store, target(call), _EventInvoke=None)


def _event_invoke(call: Call) -> Document:
    function = target(call)
    found = records.get(call.cloud.store, function).get("_EventInvoke")
    if not found:
        raise FunctionMissing(f"The function {function.arn}:$LATEST doesn't have an EventInvokeConfig")
    return found


def _set_event_invoke(call: Call, known: Document) -> Document:
    function = target(call)
    members = ("MaximumRetryAttempts", "MaximumEventAgeInSeconds", "DestinationConfig")
    given = {name: call.params[name] for name in members if call.params.get(name) is not None}
    for destination in _destinations(given.get("DestinationConfig") or {}):
        if not _DESTINATIONS.fullmatch(destination):
            raise InvalidParameter(
                f"The destination {destination} is not served by the local cloud: only SQS queues and SNS topics are."
            )
    config = {
        "DestinationConfig": {"OnSuccess": {}, "OnFailure": {}},
        **known,
        **given,
        "FunctionArn": f"{function.arn}:$LATEST",
        "LastModified": call.cloud.clock.now(),
    }
    records.change(call.cloud.store, function, _EventInvoke=config)
    return config


def _destinations(config: dict[str, Any]) -> list[str]:
    return [one["Destination"] for one in config.values() if one and one.get("Destination")]
