"""An HTTPS proxy that leads AWS's host names to the local cloud and leaves all others alone.

It catches clients that build regional addresses themselves and so ignore AWS_ENDPOINT_URL. The decrypted bytes go to
the front door as they are, so the original Host header reaches it. Other hosts are tunnelled unread.
"""

import contextlib
import logging
import os
import re
import select
import socket
import socketserver
import ssl
import threading
from typing import Protocol
from urllib.parse import urlsplit

from localcloud.certificates import Authority

log = logging.getLogger(__name__)

_CONNECT = re.compile(rb"CONNECT ([^\s:]+):(\d+) HTTP/1\.[01]\r\n")
_AWS = re.compile(r"(^|\.)(amazonaws\.com(\.cn)?|api\.aws|sagemaker\.[a-z0-9-]+\.app\.aws)$")
_HEADER_LIMIT = 65_536
_IDLE_SECONDS = 600.0
_CONNECT_SECONDS = 20.0


class Proxy:
    """A proxy on 127.0.0.1 in front of the local cloud on `api_port`."""

    def __init__(self, port: int, api_port: int, authority: Authority) -> None:
        upstream = _upstream(port)
        self._server = _Server(("127.0.0.1", port), lambda client: _serve(client, api_port, authority, upstream))
        self._thread = threading.Thread(target=self._server.serve_forever, name="proxy", daemon=True)

    def start(self) -> None:
        """Listen, on a thread of its own."""
        self._thread.start()

    def stop(self) -> None:
        """Stop listening; open tunnels end with their clients."""
        self._server.shutdown()
        self._thread.join(timeout=5)
        self._server.server_close()


class _Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    block_on_close = False

    def __init__(self, address: tuple[str, int], serve: "_Serve") -> None:
        class Handler(socketserver.BaseRequestHandler):
            def handle(self) -> None:
                with contextlib.suppress(OSError):  # a client or host that hangs up ends its tunnel, no more
                    serve(self.request)

        super().__init__(address, Handler)


class _Serve(Protocol):
    """The type of a function that serves one connection."""

    def __call__(self, client: socket.socket) -> None: ...


def _upstream(own_port: int) -> tuple[str, int] | None:
    """Return the proxy that this machine needs to reach the world, if its environment names one."""
    if "LOCALCLOUD_ENDPOINT" in os.environ:
        return None  # a shell that `localcloud env` set up: the proxy it names is a local cloud's
    parts = urlsplit(os.environ.get("HTTPS_PROXY") or os.environ.get("https_proxy") or "")
    if not parts.hostname or not parts.port or (parts.hostname == "127.0.0.1" and parts.port == own_port):
        return None
    return parts.hostname, parts.port


def _serve(client: socket.socket, api_port: int, authority: Authority, upstream: tuple[str, int] | None) -> None:
    client.settimeout(_CONNECT_SECONDS)
    request = _read_head(client)
    match = _CONNECT.match(request)
    if match is None:
        client.sendall(b"HTTP/1.1 405 Method Not Allowed\r\nContent-Length: 0\r\n\r\n")
        return
    host, port = match[1].decode("ascii"), int(match[2])
    if _AWS.search(host):
        client.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
        with (
            authority.context(host).wrap_socket(client, server_side=True) as secured,
            socket.create_connection(("127.0.0.1", api_port), _CONNECT_SECONDS) as target,
        ):
            _relay(secured, target)
        return
    try:
        target = _open(host, port, upstream)
    except OSError as error:
        log.info("no way to %s:%s: %s", host, port, error)
        client.sendall(b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n")
        return
    with target:
        client.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
        _relay(client, target)


def _open(host: str, port: int, upstream: tuple[str, int] | None) -> socket.socket:
    if upstream is None:
        return socket.create_connection((host, port), _CONNECT_SECONDS)
    target = socket.create_connection(upstream, _CONNECT_SECONDS)
    target.sendall(f"CONNECT {host}:{port} HTTP/1.1\r\nHost: {host}:{port}\r\n\r\n".encode())
    head = _read_head(target)
    if b" 200 " not in head.split(b"\r\n", 1)[0] + b" ":
        target.close()
        raise OSError(f"the proxy {upstream[0]}:{upstream[1]} answered {head[:80]!r}")
    return target


def _read_head(connection: socket.socket) -> bytes:
    head = b""
    while b"\r\n\r\n" not in head and len(head) < _HEADER_LIMIT:
        received = connection.recv(4096)
        if not received:
            break
        head += received
    return head


def _relay(left: socket.socket, right: socket.socket) -> None:
    """Carry bytes both ways until one side ends.

    One thread for both ways: a TLS connection must not be read and written at the same time.
    """
    other = {left: right, right: left}
    while True:
        ready = [side for side in other if isinstance(side, ssl.SSLSocket) and side.pending()]
        ready = ready or select.select(list(other), [], [], _IDLE_SECONDS)[0]
        if not ready:
            return
        for side in ready:
            received = _receive(side)
            if received == b"":
                return
            if received:
                other[side].settimeout(_IDLE_SECONDS)
                other[side].sendall(received)


def _receive(side: socket.socket) -> bytes | None:
    """Return what has arrived, b"" at the end, or None where only TLS's own messages came."""
    side.settimeout(0)
    try:
        return side.recv(65_536)
    except (ssl.SSLWantReadError, BlockingIOError):
        return None
