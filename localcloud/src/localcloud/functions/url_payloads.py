"""What a function gets of a request to its URL, and the response that its answer means: payload format 2.0. Pure.

Source: Lambda developer guide, "Invoking Lambda function URLs" (request and response payload format).
"""

import base64
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl

_TEXT = ("text/", "application/json", "application/javascript", "application/xml", "application/x-www-form-urlencoded")


@dataclass(frozen=True, kw_only=True)
class UrlRequest:
    """An HTTP request to a function's URL; `path` is what follows the URL, with a slash in front."""

    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    body: bytes
    source_ip: str


@dataclass(frozen=True, kw_only=True)
class Principal:
    """Who signed it, as STS tells; `arn` is a session's for a role."""

    account: str
    arn: str
    user_id: str
    access_key: str


@dataclass(frozen=True)
class UrlResponse:
    """An HTTP response."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes


def event_of(
    request: UrlRequest, principal: Principal | None, *, url_id: str, owner: str, request_id: str, now: datetime
) -> dict[str, Any]:
    """Return the event of a request; without a principal nobody signed it."""
    headers = {name.lower(): value for name, value in request.headers.items()}
    context: dict[str, Any] = {
        "accountId": owner if principal else "anonymous",
        "apiId": url_id,
        "domainName": headers.get("host", ""),
        "domainPrefix": url_id,
        "http": {
            "method": request.method,
            "path": request.path,
            "protocol": "HTTP/1.1",
            "sourceIp": request.source_ip,
            "userAgent": headers.get("user-agent", ""),
        },
        "requestId": request_id,
        "routeKey": "$default",
        "stage": "$default",
        "time": now.strftime("%d/%b/%Y:%H:%M:%S +0000"),
        "timeEpoch": int(now.timestamp() * 1000),
    }
    if principal:
        context["authentication"] = None
        context["authorizer"] = {"iam": _identity(principal)}
    event: dict[str, Any] = {
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": request.path,
        "rawQueryString": request.query,
        "headers": {name: value for name, value in headers.items() if name != "cookie"},
        "requestContext": context,
        **_body(request.body, headers.get("content-type", "")),
    }
    if "cookie" in headers:
        event["cookies"] = [part.strip() for part in headers["cookie"].split(";")]
    if request.query:
        event["queryStringParameters"] = _joined(parse_qsl(request.query, keep_blank_values=True))
    return event


def response_of(answer: bytes) -> UrlResponse:
    """Return the response that a function's answer means; an answer without a status code is the body itself."""
    try:
        found: Any = json.loads(answer)
    except ValueError:
        found = None
    if not isinstance(found, dict) or "statusCode" not in found:
        return UrlResponse(200, [("Content-Type", "application/json")], answer)
    headers = [(str(name), str(value)) for name, value in (found.get("headers") or {}).items()]
    if not any(name.lower() == "content-type" for name, _ in headers):
        headers.append(("Content-Type", "application/json"))
    headers += [("Set-Cookie", str(cookie)) for cookie in found.get("cookies") or []]
    body = found.get("body") or ""
    text = body if isinstance(body, str) else json.dumps(body)
    content = base64.b64decode(text) if found.get("isBase64Encoded") else text.encode()
    return UrlResponse(int(found["statusCode"]), headers, content)


def _identity(principal: Principal) -> dict[str, Any]:
    return {
        "accessKey": principal.access_key,
        "accountId": principal.account,
        "callerId": principal.user_id,
        "cognitoIdentity": None,
        "principalOrgId": None,
        "userArn": principal.arn,
        "userId": principal.user_id,
    }


def _body(body: bytes, kind: str) -> dict[str, Any]:
    if not body:
        return {"isBase64Encoded": False}
    if kind.startswith(_TEXT):
        try:
            return {"body": body.decode(), "isBase64Encoded": False}
        except UnicodeDecodeError:
            pass
    return {"body": base64.b64encode(body).decode(), "isBase64Encoded": True}


def _joined(pairs: Sequence[tuple[str, str]]) -> dict[str, str]:
    found: dict[str, str] = {}
    for name, value in pairs:
        found[name] = f"{found[name]},{value}" if name in found else value
    return found
