"""What belongs to a Lambda function: statements of its policy, its URL, how asynchronous events are treated."""

import json
from collections.abc import Mapping
from typing import Any

from localcloud.provider import schema
from localcloud.provider.naming import Naming
from localcloud.provider.resource import Resource
from localcloud.provider.session import Session, region_of
from localcloud.provider.shapes import properties, request
from localcloud.provider.values import Props

_PERMISSION_RENAME = {"function": "FunctionName", "principalOrgId": "PrincipalOrgID"}
_CONDITIONS = {
    "aws:sourcearn": "sourceArn",
    "aws:sourceaccount": "sourceAccount",
    "aws:principalorgid": "principalOrgId",
    "lambda:functionurlauthtype": "functionUrlAuthType",
    "lambda:eventsourcetoken": "eventSourceToken",
    "lambda:invokedviafunctionurl": "invokedViaFunctionUrl",
}
_URL = "aws:lambda/functionUrl:FunctionUrl"
_URL_RENAME = {"authorizationType": "AuthType"}
_EVENTS = "aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig"


def _lambda(session: Session, props: Props) -> Any:
    return session.client("lambda", region_of(props))


def _permit(session: Session, props: Props) -> str:
    client = _lambda(session, props)
    skip = frozenset({"statementIdPrefix"})
    client.add_permission(**request(client, "AddPermission", props, rename=_PERMISSION_RENAME, skip=skip))
    return props["statementId"]


def _read_permission(session: Session, sid: str, state: Props) -> Props | None:
    policy = json.loads(_lambda(session, state).get_policy(FunctionName=state["function"])["Policy"])
    found = next((each for each in policy["Statement"] if each.get("Sid") == sid), None)
    if found is None:
        return None
    told = dict.fromkeys(_CONDITIONS.values())
    for keys in found.get("Condition", {}).values():
        told |= {_CONDITIONS[key.lower()]: value for key, value in keys.items() if key.lower() in _CONDITIONS}
    told["invokedViaFunctionUrl"] = {"true": True, "false": False}.get(told["invokedViaFunctionUrl"] or "")
    principal = _principal(found["Principal"], str(state.get("principal", "")))
    return {**told, "statementId": sid, "action": found["Action"], "principal": principal}


def _principal(found: Any, written: str) -> str:
    """Return a statement's principal as a program writes it: an account by its number if it was written so."""
    if not isinstance(found, Mapping):
        return str(found)
    text = str(found.get("Service") or found.get("AWS"))
    return written if text == f"arn:aws:iam::{written}:root" else text


def _revoke(session: Session, sid: str, state: Props) -> None:
    _lambda(session, state).remove_permission(FunctionName=state["function"], StatementId=sid)


def _open_url(session: Session, props: Props) -> str:
    client = _lambda(session, props)
    params = request(client, "CreateFunctionUrlConfig", props, rename=_URL_RENAME, skip=frozenset())
    client.create_function_url_config(**params)
    return props["functionName"]


def _read_url(session: Session, name: str, state: Props) -> Props | None:
    found = _lambda(session, state).get_function_url_config(FunctionName=name)
    kind = schema.resource_type(_URL)
    told = properties({**kind.inputs, **kind.outputs}, found, rename=_URL_RENAME)
    url = found["FunctionUrl"]
    return {"cors": None, **told, "functionName": name, "urlId": url.rstrip("/").rsplit("/", 1)[-1]}


def _update_url(session: Session, name: str, state: Props, props: Props, changed: frozenset[str]) -> None:
    client = _lambda(session, state)
    params = request(client, "UpdateFunctionUrlConfig", props, rename=_URL_RENAME, skip=frozenset())
    # Cross-origin rules that are not given again stay; an empty set takes them away.
    client.update_function_url_config(**{"Cors": {}, **params})


def _put_events(session: Session, props: Props) -> str:
    client = _lambda(session, props)
    params = request(client, "PutFunctionEventInvokeConfig", props, rename={}, skip=frozenset())
    client.put_function_event_invoke_config(**params)
    return props["functionName"]


def _read_events(session: Session, name: str, state: Props) -> Props | None:
    found = _lambda(session, state).get_function_event_invoke_config(FunctionName=name)
    destinations = {key: value for key, value in found.pop("DestinationConfig", {}).items() if value}
    if destinations:
        found["DestinationConfig"] = destinations
    kind = schema.resource_type(_EVENTS)
    fields = {name: entry for name, entry in kind.inputs.items() if name not in ("functionName", "region")}
    return {"destinationConfig": None, **properties(fields, found, rename={}), "functionName": name}


ROWS = (
    Resource(
        token="aws:lambda/permission:Permission",
        naming=Naming(key="statementId", longest=100),
        create=_permit,
        read=_read_permission,
        delete=_revoke,
        replaces=frozenset({"function", "invokedViaFunctionUrl"}),
    ),
    Resource(
        token=_URL,
        create=_open_url,
        read=_read_url,
        update=_update_url,
        delete=lambda session, name, state: _lambda(session, state).delete_function_url_config(FunctionName=name),
        defaults={"invokeMode": "BUFFERED"},
    ),
    Resource(
        token=_EVENTS,
        create=_put_events,
        read=_read_events,
        update=lambda session, name, state, props, changed: _put_events(session, {**props, "functionName": name}),
        delete=lambda session, name, state: _lambda(session, state).delete_function_event_invoke_config(
            FunctionName=name
        ),
        defaults={"maximumRetryAttempts": 2},
    ),
)
