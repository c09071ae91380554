"""A request as AWS reads it: whose it is, for which service and operation, and whether it may change anything."""

import json
import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs

from localcloud.accounts import Caller

_READS = re.compile(
    r"(Get|List|Describe|Head|Query$|Scan$|BatchGet|TransactGet|Lookup|Search|Simulate|Validate|Test|Filter|Select|Check"
    r"|Decrypt$|Encrypt$|ReEncrypt$|GenerateDataKey|GenerateRandom|Verify|Sign$|PutMetricData$)"
)
_KEPT_VARIABLES = re.compile(
    r"HTTP_|CONTENT_|REQUEST_|PATH_INFO$|SCRIPT_NAME$|QUERY_STRING$|RAW_URI$|SERVER_|wsgi\.url_scheme$|moto\."
)


@dataclass(frozen=True, kw_only=True)
class AwsRequest:
    """One signed request.

    `variables` are the WSGI variables that describe it, as plain JSON; with `body` they are enough to execute it again.
    `operation` is empty for services whose operation is in method and path (S3, Lambda, …).
    """

    caller: Caller
    method: str
    path: str
    operation: str
    variables: dict[str, Any]
    body: bytes

    @property
    def service(self) -> str:
        """The service as the signature names it."""
        return self.caller.service

    @property
    def parameters(self) -> dict[str, Any]:
        """The request's JSON; empty where the body is something else."""
        try:
            found = json.loads(self.body)
        except ValueError:
            return {}
        return found if isinstance(found, dict) else {}

    @property
    def changes_state(self) -> bool:
        """Whether the request may change what later requests see; unknown operations may."""
        if self.operation:
            return not _READS.match(self.operation)
        return self.method not in ("GET", "HEAD", "OPTIONS")


def parse(environ: dict[str, Any], body: bytes, caller: Caller) -> AwsRequest:
    """Describe a WSGI request whose body was read; moto is told the caller's account by a header."""
    variables = {name: value for name, value in environ.items() if _KEPT_VARIABLES.match(name)}
    variables["CONTENT_LENGTH"] = str(len(body))
    variables["HTTP_X_MOTO_ACCOUNT_ID"] = caller.scope.account
    variables.pop("HTTP_TRANSFER_ENCODING", None)
    return AwsRequest(
        caller=caller,
        method=environ["REQUEST_METHOD"],
        path=environ.get("PATH_INFO", "/"),
        operation=_operation(environ, body),
        variables=variables,
        body=body,
    )


def _operation(environ: dict[str, Any], body: bytes) -> str:
    target = environ.get("HTTP_X_AMZ_TARGET", "")
    if target:
        return target.rsplit(".", 1)[-1]
    rpc = re.search(r"/service/[^/]+/operation/(\w+)$", environ.get("PATH_INFO", ""))
    if rpc:
        return rpc[1]
    if environ.get("CONTENT_TYPE", "").startswith("application/x-www-form-urlencoded"):
        return parse_qs(body.decode("utf-8", "replace")).get("Action", [""])[0]
    return parse_qs(environ.get("QUERY_STRING", "")).get("Action", [""])[0]


def error_body(code: str, message: str, *, as_json: bool, service: str = "") -> tuple[str, bytes]:
    """Return content type and body of an error answer in the protocol of the request."""
    if as_json:
        return "application/x-amz-json-1.1", json.dumps({"__type": code, "message": message}).encode()
    escaped = message.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    text = f"<Error><Code>{code}</Code><Message>{escaped}</Message></Error>"
    if service == "s3":
        return "application/xml", text.encode()
    return "text/xml", f"<ErrorResponse>{text}</ErrorResponse>".encode()
