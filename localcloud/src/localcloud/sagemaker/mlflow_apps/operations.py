"""The operations on apps: create, describe, update, list, delete.

Source: SageMaker API reference, "CreateMlflowApp" and its neighbours.
"""

from datetime import UTC, datetime
from typing import Any

from localcloud.errors import InUseError, ValidationError
from localcloud.sagemaker.listing import page
from localcloud.sagemaker.mlflow_apps import record
from localcloud.sagemaker.mlflow_apps.hosting import hosting
from localcloud.sagemaker.mlflow_apps.interpreter import interpreter, mlflow_version
from localcloud.sagemaker.mlflow_apps.role import check_role
from localcloud.sagemaker.request_shapes import check_request
from localcloud.sagemaker.service import Call, operation
from localcloud.sagemaker.tags import set_tags
from localcloud.store import Document

_CHANGEABLE = (
    "Name",
    "ArtifactStoreUri",
    "ModelRegistrationMode",
    "WeeklyMaintenanceWindowStart",
    "AccountDefaultStatus",
    "DefaultDomainIdList",
)
_KEPT = (*_CHANGEABLE, "RoleArn", "KmsKeyId")
_DEFAULTS: Document = {"ModelRegistrationMode": "AutoModelRegistrationDisabled", "AccountDefaultStatus": "DISABLED"}
_SUMMARY = ("Arn", "Name", "Status", "CreationTime", "LastModifiedTime", "MlflowVersion")
_FIXED = ("Created", "Updated", "CreateFailed", "UpdateFailed", "DeleteFailed")
"""States in which nothing is under way."""


@operation("CreateMlflowApp")
def create_app(call: Call) -> Document:
    """Start a server of its own; the app is `Created` once that answers."""
    check_request(call.operation, call.params)
    _check_store(call.params)
    app_id = record.new_id()
    arn = record.app_arn(call.scope, app_id)
    check_role(call.cloud, call.scope, call.params["RoleArn"], arn)
    version, now = mlflow_version(interpreter()), call.cloud.clock.now()
    document = {
        **_DEFAULTS,
        **{key: call.params[key] for key in _KEPT if key in call.params},
        "Arn": arn,
        "Status": "Creating",
        "MlflowVersion": version,
        "CreationTime": now,
        "LastModifiedTime": now,
    }
    call.cloud.store.put(call.scope, record.KIND, app_id, document)
    set_tags(call.cloud, call.scope, arn, call.params.get("Tags"))
    hosting(call.cloud).launch(call.scope, app_id, done="Created", failed="CreateFailed")
    return {"Arn": arn}


@operation("DescribeMlflowApp")
def describe_app(call: Call) -> Document:
    """Return an app."""
    check_request(call.operation, call.params)
    return record.find(call.cloud, call.scope, call.params["Arn"])


@operation("UpdateMlflowApp")
def update_app(call: Call) -> Document:
    """Change what is given; where artifacts go is told to the server, which therefore starts anew."""
    check_request(call.operation, call.params)
    _check_store(call.params)
    document = _resting(call)
    arn, app_id, now = document["Arn"], record.id_of(document["Arn"]), call.cloud.clock.now()
    changes = {key: call.params[key] for key in _CHANGEABLE if key in call.params}
    moved = changes.get("ArtifactStoreUri", document["ArtifactStoreUri"]) != document["ArtifactStoreUri"]
    anew = moved or hosting(call.cloud).find(arn) is None
    status = "Updating" if anew else "Updated"
    call.cloud.store.update(call.scope, record.KIND, app_id, **changes, Status=status, LastModifiedTime=now)
    if anew:
        hosting(call.cloud).launch(call.scope, app_id, done="Updated", failed="UpdateFailed")
    return {"Arn": arn}


@operation("DeleteMlflowApp")
def delete_app(call: Call) -> Document:
    """Delete an app with its runs; artifacts stay in their bucket."""
    check_request(call.operation, call.params)
    document = record.find(call.cloud, call.scope, call.params["Arn"])
    app_id = record.id_of(document["Arn"])
    record.write(call.cloud, call.scope, app_id, "Deleting")
    hosting(call.cloud).end(call.scope, app_id)
    return {"Arn": document["Arn"]}


@operation("ListMlflowApps")
def list_apps(call: Call) -> Document:
    """Return one page of apps, the newest first."""
    check_request(call.operation, call.params)
    params = call.params
    found = [app for app in call.cloud.store.find_all(call.scope, record.KIND) if _wanted(app, params)]
    key = params.get("SortBy", "CreationTime")
    found.sort(key=lambda app: app[key], reverse=params.get("SortOrder", "Descending") == "Descending")
    return page([{key: app[key] for key in _SUMMARY} for app in found], params, "Summaries")


def _wanted(app: Document, params: Document) -> bool:
    same = ("Status", "MlflowVersion", "AccountDefaultStatus")
    after, before, domain = (params.get(name) for name in ("CreatedAfter", "CreatedBefore", "DefaultForDomainId"))
    return (
        all(params.get(name) in (None, app.get(name)) for name in same)
        and (after is None or app["CreationTime"] > _time(after))
        and (before is None or app["CreationTime"] < _time(before))
        and (domain is None or domain in app.get("DefaultDomainIdList", []))
    )


def _time(value: Any) -> datetime:
    return datetime.fromtimestamp(float(value), UTC)


def _resting(call: Call) -> Document:
    document = record.find(call.cloud, call.scope, call.params["Arn"])
    if document["Status"] not in _FIXED:
        raise InUseError(
            f"MlflowApp {document['Arn']} is {document['Status']} and cannot be changed now.", code="ConflictException"
        )
    return document


def _check_store(params: Document) -> None:
    uri = params.get("ArtifactStoreUri")
    if uri is not None and not uri.startswith("s3://"):
        raise ValidationError(f"The local cloud keeps artifacts at s3:// addresses; ArtifactStoreUri is {uri}.")
