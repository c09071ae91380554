"""The Runtime API of one process: it asks for the next event, and posts what its handler made of it.

Source: Lambda developer guide, "Using the Lambda runtime API for custom runtimes" (version 2018-06-01).
"""

import queue
import re
import threading
from collections.abc import Callable
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

_ANSWER = re.compile(r"/2018-06-01/runtime/invocation/([^/]+)/(response|error)")
_NEXT = "/2018-06-01/runtime/invocation/next"
_INIT_ERROR = "/2018-06-01/runtime/init/error"


@dataclass(frozen=True, kw_only=True)
class Event:
    """What a process is given: the request, its payload, and until when it may take (seconds since the epoch)."""

    request_id: str
    function_arn: str
    payload: bytes
    deadline: float
    trace_id: str


@dataclass(frozen=True)
class Ready:
    """The process asks for an event; the first time, its initialisation is done."""


@dataclass(frozen=True)
class Answered:
    """The handler returned, or raised: `failed` says which; `body` is JSON."""

    request_id: str
    body: bytes
    failed: bool


@dataclass(frozen=True)
class InitFailed:
    """The handler's module could not be loaded; `body` is the error as JSON."""

    body: bytes


Message = Ready | Answered | InitFailed


class RuntimeApi:
    """A server on a loopback port of its own, so that the port tells which process asks."""

    def __init__(self, report: Callable[[Message], None]) -> None:
        self._events: queue.SimpleQueue[Event | None] = queue.SimpleQueue()
        self._server = _Server(("127.0.0.1", 0), _handler(self._events, report))
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(0.05,), name="runtime-api", daemon=True
        )
        self._thread.start()

    @property
    def address(self) -> str:
        """Host and port, as AWS_LAMBDA_RUNTIME_API gives them."""
        return f"127.0.0.1:{self._server.server_address[1]}"

    def give(self, event: Event) -> None:
        """Hand the event to the process, now or when it asks."""
        self._events.put(event)

    def close(self) -> None:
        """Stop listening; a request that waits for an event is hung up."""
        self._events.put(None)
        self._server.shutdown()
        self._server.server_close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False


def _handler(
    events: "queue.SimpleQueue[Event | None]", report: Callable[[Message], None]
) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            if self.path != _NEXT:
                self._answer(404)
                return
            report(Ready())
            event = events.get()
            if event is None:
                self.close_connection = True
                return
            self._answer(200, event.payload, _headers(event))

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            answer = _ANSWER.fullmatch(self.path)
            if answer:
                report(Answered(answer[1], body, failed=answer[2] == "error"))
            elif self.path == _INIT_ERROR:
                report(InitFailed(body))
            self._answer(202 if answer or self.path == _INIT_ERROR else 404, b'{"status":"OK"}')

        def _answer(self, status: int, body: bytes = b"", headers: dict[str, str] | None = None) -> None:
            self.send_response(status)
            for name, value in {**(headers or {}), "Content-Length": str(len(body))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:
            """Log nothing."""

    return Handler


def _headers(event: Event) -> dict[str, str]:
    return {
        "Content-Type": "application/json",
        "Lambda-Runtime-Aws-Request-Id": event.request_id,
        "Lambda-Runtime-Deadline-Ms": str(int(event.deadline * 1000)),
        "Lambda-Runtime-Invoked-Function-Arn": event.function_arn,
        "Lambda-Runtime-Trace-Id": event.trace_id,
    }
