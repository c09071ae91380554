"""CreateFunctionUrlConfig and its kin: an address on the local cloud's own port for a function."""

import uuid
from typing import Any

from localcloud.cloud import Cloud
from localcloud.functions import records
from localcloud.functions.errors import Conflict, FunctionMissing, InvalidParameter
from localcloud.functions.names import FunctionName
from localcloud.functions.records import FUNCTION, stamp
from localcloud.functions.service import operation, target
from localcloud.sagemaker.service import Call
from localcloud.store import Document

PREFIX = "/_function-url/"


@operation("CreateFunctionUrlConfig")
def create_function_url_config(call: Call) -> Document:
    """Give a function an address."""
    function = target(call)
    if records.get(call.cloud.store, function).get("_Url"):
        raise Conflict(
            f"Failed to create function url config for [functionArn = {function.arn}]. Error message: "
            "FunctionUrlConfig exists for this Lambda function"
        )
    now = stamp(call.cloud.clock.now())
    url = {"Id": uuid.uuid4().hex, "InvokeMode": "BUFFERED", "CreationTime": now, **_given(call)}
    return _kept(call, function, url)


@operation("UpdateFunctionUrlConfig")
def update_function_url_config(call: Call) -> Document:
    """Change what is given of a function's address; the address itself stays."""
    function = target(call)
    return _kept(call, function, {**_url(call, function), **_given(call)})


@operation("GetFunctionUrlConfig")
def get_function_url_config(call: Call) -> Document:
    """Return a function's address."""
    function = target(call)
    return _described(call.cloud, function, _url(call, function))


@operation("ListFunctionUrlConfigs")
def list_function_url_configs(call: Call) -> Document:
    """Return a function's address in a list, which is empty without one."""
    function = target(call)
    url = records.get(call.cloud.store, function).get("_Url")
    return {"FunctionUrlConfigs": [_described(call.cloud, function, url)] if url else []}


@operation("DeleteFunctionUrlConfig")
def delete_function_url_config(call: Call) -> None:
    """Take a function's address away."""
    function = target(call)
    _url(call, function)
    records.change(call.cloud.store, function, _Url=None)


def find_url(cloud: Cloud, url_id: str) -> tuple[FunctionName, Document] | None:
    """Return the function behind an address, with its document, or None."""
    for scope, name, document in cloud.store.scan(FUNCTION):
        if (document.get("_Url") or {}).get("Id") == url_id:
            return FunctionName(scope, name), document
    return None


def _given(call: Call) -> dict[str, Any]:
    found = {
        name: call.params[name] for name in ("AuthType", "Cors", "InvokeMode") if call.params.get(name) is not None
    }
    if found.get("InvokeMode") == "RESPONSE_STREAM":
        raise InvalidParameter("The invoke mode RESPONSE_STREAM is not served by the local cloud; use BUFFERED.")
    return found


def _url(call: Call, function: FunctionName) -> Document:
    found = records.get(call.cloud.store, function).get("_Url")
    if not found:
        raise FunctionMissing("The resource you requested does not exist.")
    return found


def _kept(call: Call, function: FunctionName, url: Document) -> Document:
    url = {**url, "LastModifiedTime": stamp(call.cloud.clock.now())}
    records.change(call.cloud.store, function, _Url=url)
    return _described(call.cloud, function, url)


def _described(cloud: Cloud, function: FunctionName, url: Document) -> Document:
    return {
        "FunctionUrl": f"{cloud.endpoint_url}{PREFIX}{url['Id']}/",
        "FunctionArn": function.arn,
        **{name: value for name, value in url.items() if name != "Id" and value},
    }
