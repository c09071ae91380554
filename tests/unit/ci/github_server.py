"""GitHub's endpoints of comments and pull requests on a free port: a real HTTP server that keeps and pages them.

Behaviour of docs.github.com/en/rest/issues/comments and docs.github.com/en/rest/pulls/pulls: pages by `Link`, 201
with `html_url`, 404 for what is not there or not to be read, 403 without the right to write, 422 for a text
that is too long.
"""

import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

TOKEN = "token-of-the-job"
LIST = re.compile(r"^/repos/shop/platform/issues/(\d+)/comments$")
PULL = re.compile(r"^/repos/shop/platform/pulls/(\d+)$")
ONE = re.compile(r"^/repos/shop/platform/issues/comments/(\d+)$")


class GitHub:
    """What the server holds and what it was asked."""

    def __init__(self) -> None:
        self.comments: list[dict[str, Any]] = []
        self.asked: list[str] = []
        self.pulls: list[dict[str, Any]] = []
        self.may_write = True
        self.newest = "a" * 40
        self.url = ""

    def add(self, body: str, author: str = "github-actions[bot]") -> int:
        number = len(self.comments) + 1
        self.comments.append({"id": number, "user": {"login": author}, "body": body, "html_url": f"https://x/{number}"})
        return number

    def bodies(self) -> list[str]:
        return [comment["body"] for comment in self.comments]

    def environ(self, **changes: str) -> dict[str, str]:
        return {"GITHUB_TOKEN": TOKEN, "GITHUB_API_URL": self.url, **changes}


def handler(github: GitHub) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            if parts.path == "/repos/shop/platform/branches/main":
                if self.allowed():
                    self.answer(200, {"name": "main", "commit": {"sha": github.newest}})
                return
            if parts.path == "/repos/shop/platform/pulls":
                if self.allowed():
                    asked = {key: values[0] for key, values in parse_qs(parts.query).items()}
                    branch = asked["head"].removeprefix("shop:")
                    wanted = {"state": asked["state"], "head": branch, "base": asked["base"]}
                    self.answer(200, [one for one in github.pulls if wanted.items() <= one.items()])
                return
            if not self.allowed() or not self.of_pull_request(LIST.match(parts.path)):
                return
            query = {key: values[0] for key, values in parse_qs(parts.query).items()}
            size, page = int(query.get("per_page", "30")), int(query.get("page", "1"))
            shown = github.comments[(page - 1) * size : page * size]
            links = {}
            if page * size < len(github.comments):
                links["Link"] = f'<{github.url}{parts.path}?per_page={size}&page={page + 1}>; rel="next"'
            self.answer(200, shown, links)

        def do_POST(self) -> None:
            if urlsplit(self.path).path == "/repos/shop/platform/pulls":
                if self.allowed(write=True):
                    number = len(github.pulls) + 1
                    github.pulls.append(
                        {**self.document(), "number": number, "state": "open", "html_url": f"p/{number}"}
                    )
                    self.answer(201, github.pulls[-1])
                return
            if self.allowed(write=True) and self.of_pull_request(LIST.match(urlsplit(self.path).path)):
                body = self.text()
                if body is not None:
                    github.add(body)
                    self.answer(201, github.comments[-1])

        def do_PATCH(self) -> None:
            found = ONE.match(urlsplit(self.path).path)
            pull = PULL.match(urlsplit(self.path).path)
            if not self.allowed(write=True):
                return
            if pull:
                github.pulls[int(pull[1]) - 1] |= self.document()
                self.answer(200, github.pulls[int(pull[1]) - 1])
                return
            if not found or int(found[1]) > len(github.comments):
                self.answer(404, {"message": "Not Found"})
                return
            body = self.text()
            if body is not None:
                github.comments[int(found[1]) - 1]["body"] = body
                self.answer(200, github.comments[int(found[1]) - 1])

        def allowed(self, write: bool = False) -> bool:
            github.asked.append(f"{self.command} {self.path}")
            if self.headers["Authorization"] != f"Bearer {TOKEN}":
                self.answer(401, {"message": "Bad credentials"})
            elif write and not github.may_write:
                self.answer(403, {"message": "Resource not accessible by integration"})
            else:
                return True
            return False

        def of_pull_request(self, found: re.Match[str] | None) -> bool:
            if found and int(found[1]) == 7:
                return True
            self.answer(404, {"message": "Not Found"})
            return False

        def document(self) -> dict[str, Any]:
            return json.loads(self.rfile.read(int(self.headers["Content-Length"])))

        def text(self) -> str | None:
            body = self.document()["body"]
            if len(body) > 65536:
                self.answer(422, {"message": "Validation Failed: body is too long (maximum is 65536 characters)"})
                return None
            return body

        def answer(self, status: int, content: Any, headers: dict[str, str] | None = None) -> None:
            data = json.dumps(content).encode()
            self.send_response(status)
            for name, value in {"Content-Length": str(len(data)), **(headers or {})}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, format: str, *args: Any) -> None:
            pass

    return Handler


@contextmanager
def serve() -> Iterator[GitHub]:
    """Run the server while the block runs."""
    github = GitHub()
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler(github))
    github.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield github
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
