"""MLflow's own API: requests that MLflow's plugin for AWS signs, handed to the server of the app that they name.

The plugin signs for the service `sagemaker` and names the app in a header; it sends to the host
`mlflow.sagemaker.<region>.app.aws`, or to SAGEMAKER_MLFLOW_CUSTOM_ENDPOINT. Source: the package sagemaker-mlflow; and
SageMaker developer guide, "Set up IAM permissions for MLflow Apps" (data plane actions).
"""

import json

import urllib3
from werkzeug.wrappers import Request

from localcloud.accounts import Caller
from localcloud.cloud import Cloud
from localcloud.control_plane import Answer
from localcloud.errors import AwsError
from localcloud.sagemaker.mlflow_apps import record
from localcloud.sagemaker.mlflow_apps.hosting import hosting
from localcloud.sagemaker.mlflow_apps.server import Server

HEADER = "x-sm-mlflow-app-arn"
SERVICE = "sagemaker"
_WAIT_SECONDS, _LOOK_SECONDS = 60.0, 0.1
_NOT_PASSED = ("host", "connection", "content-length", "transfer-encoding", "authorization", "accept-encoding")
"""Of the client's headers: those of its own connection, and the signature, which is AWS's affair."""
_NOT_RETURNED = ("connection", "content-length", "transfer-encoding", "content-encoding")


def names_app(http: Request) -> bool:
    """Whether a request is one for an app."""
    return HEADER in http.headers


def serve(cloud: Cloud, caller: Caller, http: Request, body: bytes) -> Answer:
    """Hand a request to the app's server and return what that answers."""
    try:
        server = _server(cloud, caller, http.headers[HEADER])
        return _forwarded(server, http, body)
    except AwsError as error:
        text = json.dumps({"error_code": error.code, "message": error.message}).encode()
        return Answer(error.status, [("Content-Type", "application/json")], text)


def _server(cloud: Cloud, caller: Caller, arn: str) -> Server:
    """Return the server of an app of the caller's, which a start of the cloud may still be bringing back.

    Raises:
        AwsError: not signed for SageMaker, an app of others, none, or one that does not answer.
    """
    scope = caller.scope
    if caller.service != SERVICE or arn.split(":")[3:5] != [scope.region, scope.account]:
        raise AwsError("Request is not authorized", code="PERMISSION_DENIED", status=403)
    waited = 0.0
    while True:
        app = record.find(cloud, scope, arn)
        found = hosting(cloud).find(arn)
        if found is not None and app["Status"] in record.SERVED:
            return found
        if app["Status"] not in record.SERVED or waited >= _WAIT_SECONDS or cloud.stopping.wait(_LOOK_SECONDS):
            raise AwsError(f"{arn} is {app['Status']}", code="TEMPORARILY_UNAVAILABLE", status=503)
        waited += _LOOK_SECONDS


def _forwarded(server: Server, http: Request, body: bytes) -> Answer:
    headers = {name: value for name, value in http.headers.items() if not _among(name, _NOT_PASSED)}
    query = http.query_string.decode()
    try:
        answer = server.pool.urlopen(
            http.method, f"{http.path}?{query}" if query else http.path, body=body, headers=headers, redirect=False
        )
    except urllib3.exceptions.HTTPError as error:
        raise AwsError(f"the app's server did not answer: {error}", code="INTERNAL_ERROR", status=502) from None
    returned = [(name, value) for name, value in answer.headers.items() if not _among(name, _NOT_RETURNED)]
    return Answer(answer.status, returned, answer.data)


def _among(name: str, names: tuple[str, ...]) -> bool:
    return name.lower() in names
