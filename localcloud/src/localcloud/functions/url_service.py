"""Serves requests to functions' URLs: who may, the event, the response.

Source: Lambda developer guide, "Control access to Lambda function URLs" and "Invoking Lambda function URLs".
"""

import json
import uuid
from collections.abc import Mapping
from typing import Any

from werkzeug.wrappers import Request

from localcloud.accounts import Caller, identify
from localcloud.callers import identity_of
from localcloud.cloud import Cloud
from localcloud.errors import AwsError
from localcloud.functions.errors import Throttled
from localcloud.functions.executor import executor_of
from localcloud.functions.policy import url_allows
from localcloud.functions.url_payloads import Principal, UrlRequest, UrlResponse, event_of, response_of
from localcloud.functions.urls import PREFIX, find_url

_FORBIDDEN = (
    "Forbidden. For troubleshooting Function URL authorization issues, see: "
    "https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html"
)


def serve(cloud: Cloud, http: Request, body: bytes) -> UrlResponse:
    """Run the function behind a URL on a request and return its response, or AWS's refusal."""
    url_id, _, path = http.path.removeprefix(PREFIX).partition("/")
    request = UrlRequest(
        method=http.method,
        path=f"/{path}",
        query=http.query_string.decode(),
        headers=dict(http.headers.items()),
        body=body,
        source_ip=http.remote_addr or "127.0.0.1",
    )
    authorization = http.headers.get("Authorization", "")
    try:
        return _serve(cloud, url_id, request, identify(authorization, request.query))
    except Throttled as error:
        return _refusal(error, {"Reason": error.reason, "Type": "User"})
    except AwsError as error:
        return _refusal(error, {})


def _serve(cloud: Cloud, url_id: str, request: UrlRequest, caller: Caller) -> UrlResponse:
    found = find_url(cloud, url_id)
    if found is None:
        raise _forbidden()
    function, document = found
    principal = _allowed(cloud, function.scope.account, document, caller)
    request_id = str(uuid.uuid4())
    event = event_of(
        request,
        principal,
        url_id=url_id,
        owner=function.scope.account,
        request_id=request_id,
        now=cloud.clock.now(),
    )
    outcome = executor_of(cloud).invoker.invoke(function, json.dumps(event).encode(), request_id)
    if outcome.failed:
        return UrlResponse(502, [("Content-Type", "application/json")], b"Internal Server Error")
    return response_of(outcome.payload)


def _allowed(cloud: Cloud, owner: str, document: Mapping[str, Any], caller: Caller) -> Principal | None:
    """Return who may invoke the URL, None for anybody; a function's own account, as its root, always may.

    Raises:
        AwsError: whoever it is may not.
    """
    auth_type = document["_Url"]["AuthType"]
    if auth_type == "NONE":
        if not url_allows(document, auth_type, "", ""):
            raise _forbidden()
        return None
    if caller.service != "lambda":
        raise _forbidden()
    who = identity_of(cloud, caller)
    is_owner = who.account == owner and who.arn == f"arn:aws:iam::{owner}:root"
    if not is_owner and not url_allows(document, auth_type, who.account, who.arn):
        raise _forbidden()
    return Principal(account=who.account, arn=who.arn, user_id=who.user_id, access_key=caller.access_key)


def _forbidden() -> AwsError:
    return AwsError(_FORBIDDEN, code="AccessDeniedException", status=403)


def _refusal(error: AwsError, more: Mapping[str, str]) -> UrlResponse:
    text = json.dumps({**more, "Message": error.message})
    return UrlResponse(
        error.status, [("Content-Type", "application/json"), ("x-amzn-ErrorType", error.code)], text.encode()
    )
