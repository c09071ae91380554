"""CreateFunction, UpdateFunctionCode, UpdateFunctionConfiguration, GetFunction, ListFunctions, DeleteFunction; tags."""

import uuid
from typing import Any

from localcloud.cloud import Cloud
from localcloud.errors import AwsError
from localcloud.functions import code, records
from localcloud.functions.configuration import check_name, defaults, settled
from localcloud.functions.credentials import check_role
from localcloud.functions.errors import Conflict
from localcloud.functions.executor import executor_of
from localcloud.functions.names import FunctionName, function_name
from localcloud.functions.packages import check_installed
from localcloud.functions.records import FUNCTION, public, stamp
from localcloud.functions.service import operation, target
from localcloud.sagemaker.service import Call
from localcloud.store import Document


@operation("CreateFunction")
def create_function(call: Call) -> Document:
    """Make a function; it can be invoked at once."""
    function = target(call)
    check_name(function.name)
    check_installed()
    if records.find(call.cloud.store, function) is not None:
        raise Conflict(f"Function already exist: {function.name}")
    assumed = defaults(function.name)
    configuration = {**assumed, **settled({**call.params, "FunctionName": function.name}, assumed)}
    check_role(call.cloud, function, configuration["Role"])
    archive = code.fetch(call.cloud, function.scope, call.params["Code"])
    code.keep(executor_of(call.cloud).invoker.archives, archive)
    document: Document = {
        **configuration,
        **archive.members,
        "FunctionArn": function.arn,
        "_Tags": call.params.get("Tags") or {},
    }
    document |= _new(call.cloud)
    call.cloud.store.put(function.scope, FUNCTION, function.name, document)
    executor_of(call.cloud).invoker.pool.retire(function, but=document["_Generation"])
    return public(document)


@operation("UpdateFunctionCode")
def update_function_code(call: Call) -> Document:
    """Give a function other code; the next invocation runs it."""
    function = target(call)
    known = _expected(call, function)
    if call.params.get("Publish"):
        settled({"Publish": True}, known)
    archive = code.fetch(call.cloud, function.scope, call.params)
    changed: dict[str, Any] = archive.members
    if call.params.get("Architectures"):
        changed["Architectures"] = call.params["Architectures"]
    if call.params.get("DryRun"):
        return public({**known, **changed})
    code.keep(executor_of(call.cloud).invoker.archives, archive)
    return _renewed(call.cloud, function, changed)


@operation("UpdateFunctionConfiguration")
def update_function_configuration(call: Call) -> Document:
    """Change a function's configuration; the next invocation runs under it."""
    function = target(call)
    known = _expected(call, function)
    changed = settled(call.params, known)
    if "Role" in changed:
        check_role(call.cloud, function, changed["Role"])
    return _renewed(call.cloud, function, changed)


@operation("GetFunction")
def get_function(call: Call) -> Document:
    """Return a function's configuration, where its code is, its tags and its reserved concurrency."""
    function = target(call)
    document = records.get(call.cloud.store, function)
    archive = executor_of(call.cloud).invoker.archives / document["_Digest"] / "code.zip"
    answer: Document = {
        "Configuration": public(document),
        "Code": {"RepositoryType": "S3", "Location": archive.as_uri()},
    }
    if document["_Tags"]:
        answer["Tags"] = document["_Tags"]
    if document.get("_Reserved") is not None:
        answer["Concurrency"] = {"ReservedConcurrentExecutions": document["_Reserved"]}
    return answer


@operation("GetFunctionConfiguration")
def get_function_configuration(call: Call) -> Document:
    """Return a function's configuration."""
    return public(records.get(call.cloud.store, target(call)))


@operation("ListFunctions")
def list_functions(call: Call) -> Document:
    """Return all functions of the account and region, on one page."""
    return {"Functions": [public(document) for document in call.cloud.store.find_all(call.scope, FUNCTION)]}


@operation("DeleteFunction")
def delete_function(call: Call) -> None:
    """Delete a function with its policy, URL and settings; events that wait for it are dropped, its log stays."""
    function = target(call)
    records.get(call.cloud.store, function)
    call.cloud.store.delete(function.scope, FUNCTION, function.name)
    executor_of(call.cloud).invoker.pool.retire(function)


@operation("ListTags")
def list_tags(call: Call) -> Document:
    """Return a function's tags."""
    return {"Tags": records.get(call.cloud.store, _tagged(call))["_Tags"]}


@operation("TagResource")
def tag_resource(call: Call) -> None:
    """Set tags of a function."""
    function = _tagged(call)
    tags = records.get(call.cloud.store, function)["_Tags"]
    records.change(call.cloud.store, function, _Tags={**tags, **call.params["Tags"]})


@operation("UntagResource")
def untag_resource(call: Call) -> None:
    """Take tags away from a function."""
    function = _tagged(call)
    tags = records.get(call.cloud.store, function)["_Tags"]
    left = {key: value for key, value in tags.items() if key not in call.params["TagKeys"]}
    records.change(call.cloud.store, function, _Tags=left)


def _tagged(call: Call) -> FunctionName:
    function = function_name(call.scope, call.params["Resource"])
    return target(Call(call.cloud, call.scope, call.operation, {"FunctionName": function.arn}))


def _expected(call: Call, function: FunctionName) -> Document:
    known = records.get(call.cloud.store, function)
    if call.params.get("RevisionId") not in (None, known["RevisionId"]):
        raise AwsError(
            "The Revision Id provided does not match the latest Revision Id. Call the GetFunction/GetAlias API to "
            "retrieve the latest Revision Id",
            code="PreconditionFailedException",
            status=412,
        )
    return known


def _renewed(cloud: Cloud, function: FunctionName, changed: Document) -> Document:
    fresh = _new(cloud)
    document = records.change(cloud.store, function, **changed, **{k: v for k, v in fresh.items() if k != "RevisionId"})
    executor_of(cloud).invoker.pool.retire(function, but=document["_Generation"])
    return public(document)


def _new(cloud: Cloud) -> Document:
    return {
        "LastModified": stamp(cloud.clock.now()),
        "RevisionId": str(uuid.uuid4()),
        "_Generation": str(uuid.uuid4()),
    }
