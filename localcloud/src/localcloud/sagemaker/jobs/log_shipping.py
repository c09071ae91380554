"""Carries a container's output to a file and, in batches, to CloudWatch Logs."""

import logging
import os
import select
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from botocore.exceptions import BotoCoreError, ClientError

_LOG = logging.getLogger(__name__)
_FLUSH_SECONDS = 1.0
_BATCH_EVENTS = 5_000
_BATCH_BYTES = 700_000
_EVENT_BYTES = 250_000
_EVENT_OVERHEAD = 26


@dataclass(frozen=True, kw_only=True)
class LogStream:
    """One stream of a CloudWatch log group; a failure to write is logged, never raised."""

    client: Any
    group: str
    name: str

    def create(self) -> None:
        """Make the group, if it is not there, and the stream."""
        self._try(self.client.create_log_group, logGroupName=self.group)
        self._try(self.client.create_log_stream, logGroupName=self.group, logStreamName=self.name)

    def put(self, events: list[dict[str, Any]]) -> None:
        """Write one batch of events within CloudWatch's limits."""
        self._try(self.client.put_log_events, logGroupName=self.group, logStreamName=self.name, logEvents=events)

    def _try(self, call: Callable[..., Any], **arguments: Any) -> None:
        try:
            call(**arguments)
        except ClientError as error:
            if error.response["Error"]["Code"] != "ResourceAlreadyExistsException":
                _LOG.warning("log stream %s of %s: %s", self.name, self.group, error)
        except BotoCoreError as error:
            _LOG.warning("log stream %s of %s: %s", self.name, self.group, error)


class LogShipper:
    """Reads a pipe to its end on the calling thread; `on_line` sees each line as it comes."""

    def __init__(self, stream: LogStream, file: Path, on_line: Callable[[str], None]) -> None:
        self._stream = stream
        self._file = file
        self._on_line = on_line
        self._pending: list[dict[str, Any]] = []
        self._pending_bytes = 0
        self._due = 0.0

    def ship(self, pipe: IO[bytes]) -> None:
        """Copy until the last holder of the pipe's other end is gone; the pipe is closed."""
        rest = b""
        with pipe, self._file.open("ab", buffering=0) as file:
            while chunk := self._read(pipe):
                file.write(chunk)
                *lines, rest = (rest + chunk).split(b"\n")
                for line in lines:
                    self._take(line)
        if rest:
            self._take(rest)
        self._flush()

    def _read(self, pipe: IO[bytes]) -> bytes:
        if self._pending and not select.select([pipe], [], [], max(0.0, self._due - time.monotonic()))[0]:
            self._flush()
        return os.read(pipe.fileno(), 1 << 16)

    def _take(self, raw: bytes) -> None:
        line = raw.decode(errors="replace").rstrip("\r")
        self._on_line(line)
        # CloudWatch refuses empty messages.
        if not line.strip():
            return
        message = raw[:_EVENT_BYTES].decode(errors="replace")
        if not self._pending:
            self._due = time.monotonic() + _FLUSH_SECONDS
        self._pending.append({"timestamp": int(time.time() * 1000), "message": message})
        self._pending_bytes += len(message.encode()) + _EVENT_OVERHEAD
        if len(self._pending) >= _BATCH_EVENTS or self._pending_bytes >= _BATCH_BYTES or time.monotonic() > self._due:
            self._flush()

    def _flush(self) -> None:
        if self._pending:
            self._stream.put(self._pending)
        self._pending, self._pending_bytes = [], 0
