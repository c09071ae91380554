"""Records of the provider's recorded tier: resources that are kept and listed, but not executed.

Mounted at `/_localcloud/recorded`. One record: `?account=&region=&token=&id=` with GET, PUT (a JSON object) or DELETE.
All records: GET without an id, narrowed by whichever of `account`, `region` and `token` are given.
"""

import json
from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import parse_qsl

from localcloud.cloud import Cloud
from localcloud.scope import Scope
from localcloud.store import Document

KIND = "Recorded"

Answer = tuple[str, Any]
Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


def application(cloud: Cloud) -> Application:
    """Return the WSGI application that serves the records of a cloud."""

    def serve(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        query = dict(parse_qsl(environ.get("QUERY_STRING", "")))
        length = int(environ.get("CONTENT_LENGTH") or 0)
        body = environ["wsgi.input"].read(length) if length else b""
        status, answer = _answer(cloud, environ["REQUEST_METHOD"], query, body)
        start_response(status, [("Content-Type", "application/json")])
        return [json.dumps(answer).encode()]

    return serve


def _answer(cloud: Cloud, method: str, query: dict[str, str], body: bytes) -> Answer:
    if "id" not in query:
        return (
            ("200 OK", listing(cloud, query)) if method == "GET" else ("400 Bad Request", {"message": "id is missing"})
        )
    missing = sorted({"account", "region", "token"} - query.keys())
    if missing:
        return "400 Bad Request", {"message": f"missing in the query: {', '.join(missing)}"}
    scope, name = Scope(query["account"], query["region"]), f"{query['token']}|{query['id']}"
    if method == "PUT":
        cloud.store.put(scope, KIND, name, {"token": query["token"], "id": query["id"], "properties": json.loads(body)})
        return "200 OK", {}
    if method == "DELETE":
        return ("200 OK", {}) if cloud.store.delete(scope, KIND, name) else _not_found(name)
    record = cloud.store.get(scope, KIND, name)
    return ("200 OK", record["properties"]) if record is not None else _not_found(name)


def _not_found(name: str) -> Answer:
    return "404 Not Found", {"message": f"no record {name}"}


def listing(cloud: Cloud, narrowed: dict[str, str]) -> list[Document]:
    """Return the records that match every given one of `account`, `region` and `token`."""
    rows = [
        {"account": scope.account, "region": scope.region, "token": body["token"], "id": body["id"]}
        for scope, _, body in cloud.store.scan(KIND)
    ]
    return [row for row in rows if all(row.get(key) == value for key, value in narrowed.items())]
