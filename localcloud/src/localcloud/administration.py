"""The cloud's own addresses, below `/_localcloud/`: what it is, what it runs, what the last start recovered."""

import base64
import json
import tarfile
from collections.abc import Callable, Iterable
from importlib.metadata import version
from typing import Any

from werkzeug.wrappers import Request

from localcloud import recorded
from localcloud.cloud import Cloud
from localcloud.errors import AwsError
from localcloud.home import Home
from localcloud.images import layers
from localcloud.images.archive import Archive
from localcloud.images.shelf import Shelf
from localcloud.quotas import set_quota
from localcloud.sagemaker.jobs.capacity import set_capacity
from localcloud.sagemaker.mlflow_apps import presigned
from localcloud.sagemaker.training.interruption import interrupt
from localcloud.scope import Scope

PREFIX = "/_localcloud/"
NAME = "trainyard-localcloud"


def serve(cloud: Cloud, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """Serve one administrative request."""
    path = environ["PATH_INFO"].removeprefix(PREFIX)
    if path == "images" and environ["REQUEST_METHOD"] == "POST":
        return _shelve(cloud, environ, start_response)
    if path.startswith(layers.PATH):
        return _layer(cloud, path.removeprefix(layers.PATH), start_response)
    if path in _CHANGES and environ["REQUEST_METHOD"] == "POST":
        return _change(cloud, path, environ, start_response)
    if path.startswith(presigned.PATH):
        return _page(cloud, path.removeprefix(presigned.PATH), start_response)
    if path == "recorded":
        return recorded.application(cloud)(environ, start_response)
    views: dict[str, Callable[[Cloud], Any]] = {"health": _health, "resources": _resources, "recovered": _recovered}
    view = views.get(path)
    answer = view(cloud) if view else {"message": f"the local cloud has no {PREFIX}{path}; it has {', '.join(views)}"}
    start_response("200 OK" if view else "404 Not Found", [("Content-Type", "application/json")])
    return [json.dumps(answer, default=str).encode()]


def _shelve(cloud: Cloud, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """Take the content of an image that is being pushed; its manifest goes to ECR."""
    try:
        parts = json.loads(Request(environ).get_data())
        archive = Archive(
            manifest=parts["manifest"], config=parts["config"], layer=base64.b64decode(parts["layer"], validate=True)
        )
        Shelf(Home(cloud.home).images).put(archive)
    except (AwsError, ValueError, KeyError, TypeError, tarfile.TarError) as error:
        start_response("400 Bad Request", [("Content-Type", "application/json")])
        return [json.dumps({"message": f"not an image: {error}"}).encode()]
    start_response("200 OK", [("Content-Type", "application/json")])
    return [json.dumps({"digest": archive.digest}).encode()]


def _set_quota(cloud: Cloud, scope: Scope, given: dict[str, Any]) -> None:
    """Set how many instances of a type an account may have behind its endpoints."""
    set_quota(cloud, scope, given["instance_type"], int(given["instances"]))


def _set_capacity(cloud: Cloud, scope: Scope, given: dict[str, Any]) -> None:
    """Set how many instances of a type jobs of an account can be given."""
    set_capacity(cloud, scope, given["instance_type"], int(given["instances"]))


def _interrupt(cloud: Cloud, scope: Scope, given: dict[str, Any]) -> None:
    """Take the instances from a spot training job."""
    interrupt(cloud, scope, given["job"])


_CHANGES: dict[str, tuple[Callable[[Cloud, Scope, dict[str, Any]], None], str]] = {
    "quotas": (_set_quota, "not a quota"),
    "capacities": (_set_capacity, "not a capacity"),
    "interruptions": (_interrupt, "not interrupted"),
}
"""What is done to an account in a region by the path it is asked at, and how a refusal begins."""


def _change(cloud: Cloud, path: str, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    act, refusal = _CHANGES[path]
    try:
        given = json.loads(Request(environ).get_data())
        act(cloud, Scope(given["account"], given["region"]), given)
    except (AwsError, ValueError, KeyError, TypeError) as error:
        start_response("400 Bad Request", [("Content-Type", "application/json")])
        return [json.dumps({"message": f"{refusal}: {error}"}).encode()]
    start_response("200 OK", [("Content-Type", "application/json")])
    return [b"{}"]


def _layer(cloud: Cloud, name: str, start_response: Callable[..., Any]) -> Iterable[bytes]:
    """Serve a part of an image, at the address that ECR gave."""
    image, _, part = name.partition("/")
    file = Shelf(Home(cloud.home).images).part(image, part)
    start_response("200 OK" if file else "404 Not Found", [("Content-Type", "application/octet-stream")])
    return [file.read_bytes() if file else b""]


def _page(cloud: Cloud, token: str, start_response: Callable[..., Any]) -> Iterable[bytes]:
    """Lead a browser from the address that it was given to an MLflow app's page."""
    address = presigned.opened(cloud, token)
    if address is None:
        start_response("403 Forbidden", [("Content-Type", "text/plain")])
        return [b"This address was opened before, or its time is over: ask for another"]
    start_response("302 Found", [("Location", address)])
    return [b""]


def _health(cloud: Cloud) -> dict[str, Any]:
    return {"name": NAME, "version": version(NAME), "speed": cloud.clock.speed, "home": str(cloud.home)}


def _resources(cloud: Cloud) -> dict[str, list[dict[str, Any]]]:
    """Return what runs or ran in all accounts, with its status, and what is only recorded."""
    kept = [
        {"account": row["account"], "region": row["region"], "name": f"{row['token']} {row['id']}", "status": "kept"}
        for row in recorded.listing(cloud, {})
    ]
    return {**{kind: _rows(cloud, kind, status) for kind, status in _STATUS_OF.items()}, "Recorded": kept}


_STATUS_OF = {
    "Endpoint": "EndpointStatus",
    "TrainingJob": "TrainingJobStatus",
    "ProcessingJob": "ProcessingJobStatus",
    "TransformJob": "TransformJobStatus",
    "PipelineExecution": "PipelineExecutionStatus",
    "Function": "State",
    "MlflowApp": "Status",
}


def _rows(cloud: Cloud, kind: str, status: str) -> list[dict[str, Any]]:
    return [
        {"account": scope.account, "region": scope.region, "name": name, "status": body.get(status)}
        for scope, name, body in cloud.store.scan(kind)
    ]


def _recovered(cloud: Cloud) -> dict[str, Any]:
    file = cloud.home / "recovered.json"
    return json.loads(file.read_text()) if file.exists() else {"requests": 0, "problems": []}
