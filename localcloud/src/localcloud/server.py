"""The front door: one WSGI application for all accounts, regions and services.

SageMaker's own operations, its scaling, endpoint invocations, MLflow apps and Lambda are served by this project,
`/_localcloud/` is the cloud's own administration, and everything else goes to moto's control plane.
"""

import json
import logging
import re
import threading
from collections.abc import Callable, Iterable
from typing import Any

from moto.moto_server.werkzeug_app import MotoRequestHandler
from werkzeug.http import HTTP_STATUS_CODES
from werkzeug.serving import BaseWSGIServer, make_server
from werkzeug.wrappers import Request

from localcloud import administration, autoscaling, functions, quotas
from localcloud.accounts import identify
from localcloud.aws_request import AwsRequest, error_body, parse
from localcloud.cloud import Cloud
from localcloud.control_plane import Answer, ControlPlane
from localcloud.errors import AwsError
from localcloud.functions import url_service, urls
from localcloud.sagemaker.endpoints import runtime
from localcloud.sagemaker.mlflow_apps import data_plane
from localcloud.sagemaker.service import OPERATIONS, dispatch

log = logging.getLogger(__name__)

_INVOCATION = re.compile(r"/endpoints/([^/]+)/invocations")
_UNSERVED_INVOCATION = re.compile(r"/endpoints/[^/]+/(async-invocations|invocations-response-stream)")


class Front:
    """The WSGI application. `cloud` is what services are called with."""

    def __init__(self, cloud: Cloud, plane: ControlPlane) -> None:
        self._cloud = cloud
        self._plane = plane

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        """Serve one request."""
        if environ.get("PATH_INFO", "").startswith(administration.PREFIX):
            return administration.serve(self._cloud, environ, start_response)
        answer = self._answer(environ)
        reason = HTTP_STATUS_CODES.get(answer.status, "Unknown")
        start_response(f"{answer.status} {reason}", answer.headers)
        return [answer.body]

    def _answer(self, environ: dict[str, Any]) -> Answer:
        http = Request(environ)
        body = http.get_data(cache=False)
        service = ""
        if http.path.startswith(urls.PREFIX):
            response = url_service.serve(self._cloud, http, body)
            return Answer(response.status, response.headers, response.body)
        try:
            caller = identify(environ.get("HTTP_AUTHORIZATION", ""), environ.get("QUERY_STRING", ""))
            service = caller.service
            return self._route(parse(environ, body, caller), http)
        except AwsError as error:
            as_json = "HTTP_X_AMZ_TARGET" in environ
            kind, text = error_body(error.code, error.message, as_json=as_json, service=service)
            headers = [("Content-Type", kind), ("x-amzn-ErrorType", error.code)]
            return Answer(error.status, headers, b"" if http.method == "HEAD" else text)

    def _route(self, request: AwsRequest, http: Request) -> Answer:
        if data_plane.names_app(http):
            return data_plane.serve(self._cloud, request.caller, http, request.body)
        if http.headers.get("X-Amz-Target", "").startswith("SageMaker.") and request.operation in OPERATIONS:
            status, body = dispatch(self._cloud, request.caller.scope, request.operation, request.body)
            return Answer(status, [("Content-Type", "application/x-amz-json-1.1")], body)
        if autoscaling.serves(request):
            status, body = autoscaling.dispatch(self._cloud, request)
            return Answer(status, [("Content-Type", "application/x-amz-json-1.1")], body)
        if quotas.serves(request):
            status, body = quotas.dispatch(self._cloud, request)
            return Answer(status, [("Content-Type", "application/x-amz-json-1.1")], body)
        if request.service == functions.SERVICE:
            reply = functions.dispatch(self._cloud, request)
            return Answer(reply.status, list(reply.headers.items()), reply.body)
        invocation = _INVOCATION.fullmatch(request.path)
        if invocation and request.method == "POST" and request.service in ("sagemaker", ""):
            return self._invoke(request, http, invocation[1])
        if unserved := _UNSERVED_INVOCATION.fullmatch(request.path):
            status, answered, text = runtime.refuse(unserved[1])
            return Answer(status, list(answered.items()), text)
        return self._plane.serve(request)

    def _invoke(self, request: AwsRequest, http: Request, endpoint: str) -> Answer:
        headers = dict(http.headers.items())
        try:
            status, answered, body = runtime.invoke(self._cloud, request.caller.scope, endpoint, headers, request.body)
        except AwsError as error:
            text = json.dumps({"message": error.message}).encode()
            return Answer(error.status, [("Content-Type", "application/json"), ("x-amzn-ErrorType", error.code)], text)
        return Answer(status, list(answered.items()), body)


class _Handler(MotoRequestHandler):
    """Requests without a line of log each; errors still reach the log."""

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Log nothing."""

    def log(self, type: str, message: str, *args: Any) -> None:
        """Send the server's own messages to this module's log."""
        log.warning(message, *args)


class Server:
    """The front door on 127.0.0.1, one thread a connection."""

    def __init__(self, application: Callable[..., Any], port: int) -> None:
        self._server: BaseWSGIServer = make_server(
            "127.0.0.1", port, application, threaded=True, request_handler=_Handler
        )
        self._thread = threading.Thread(target=self._server.serve_forever, name="front", daemon=True)

    def start(self) -> None:
        """Listen, on a thread of its own."""
        self._thread.start()

    def stop(self) -> None:
        """Stop listening; requests being served end on their own."""
        self._server.shutdown()
        self._thread.join(timeout=5)
        self._server.server_close()
