"""The cloud's own addresses, below `/_localcloud/`: what it is, what it runs, what the last start recovered."""

import importlib
import importlib.util
import json
from collections.abc import Callable, Iterable
from importlib.metadata import version
from typing import Any

from localcloud.cloud import Cloud

PREFIX = "/_localcloud/"
NAME = "trainyard-localcloud"


def serve(cloud: Cloud, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """Serve one administrative request."""
    path = environ["PATH_INFO"].removeprefix(PREFIX)
    if path.split("/", 1)[0] == "recorded" and importlib.util.find_spec("localcloud.recorded"):
        return importlib.import_module("localcloud.recorded").application(cloud)(environ, start_response)
    views: dict[str, Callable[[Cloud], Any]] = {"health": _health, "resources": _resources, "recovered": _recovered}
    view = views.get(path)
    answer = view(cloud) if view else {"message": f"the local cloud has no {PREFIX}{path}; it has {', '.join(views)}"}
    start_response("200 OK" if view else "404 Not Found", [("Content-Type", "application/json")])
    return [json.dumps(answer, default=str).encode()]


def _health(cloud: Cloud) -> dict[str, Any]:
    return {"name": NAME, "version": version(NAME), "speed": cloud.clock.speed, "home": str(cloud.home)}


def _resources(cloud: Cloud) -> dict[str, list[dict[str, Any]]]:
    """Return what runs or ran: endpoints, jobs and pipeline executions of all accounts, with their status."""
    return {kind: _rows(cloud, kind, status) for kind, status in _STATUS_OF.items()}


_STATUS_OF = {
    "Endpoint": "EndpointStatus",
    "TrainingJob": "TrainingJobStatus",
    "ProcessingJob": "ProcessingJobStatus",
    "PipelineExecution": "PipelineExecutionStatus",
}


def _rows(cloud: Cloud, kind: str, status: str) -> list[dict[str, Any]]:
    return [
        {"account": scope.account, "region": scope.region, "name": name, "status": body.get(status)}
        for scope, name, body in cloud.store.scan(kind)
    ]


def _recovered(cloud: Cloud) -> dict[str, Any]:
    file = cloud.home / "recovered.json"
    return json.loads(file.read_text()) if file.exists() else {"requests": 0, "problems": []}
