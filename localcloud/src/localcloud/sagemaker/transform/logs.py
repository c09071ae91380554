"""A job's logs: the container's output, and the data log that tells of the requests."""

import threading
import time
from datetime import UTC, datetime
from pathlib import Path

from localcloud.clock import in_milliseconds
from localcloud.cloud import Cloud
from localcloud.sagemaker.endpoints.log_shipping import LogShipping
from localcloud.scope import Scope

_SHIP_SECONDS = 1.0
_DATA_LOG = "data-log.log"


class JobLogs:
    """Files below `folder`, sent to CloudWatch Logs as they grow; `data` may be called by any thread."""

    def __init__(self, cloud: Cloud, scope: Scope, group: str, job: str, folder: Path) -> None:
        self._shipping = LogShipping(cloud)
        self._scope = scope
        self._group = group
        self._job = job
        self._folder = folder
        self._lock = threading.Lock()
        self._due = 0.0

    def data(self, line: str) -> None:
        """Add a line to the data log."""
        self._folder.mkdir(parents=True, exist_ok=True)
        stamp = in_milliseconds(datetime.now(UTC))
        with self._lock, (self._folder / _DATA_LOG).open("a") as file:
            file.write(f"{stamp}:[sagemaker logs]: {line}\n")

    def ship(self) -> None:
        """Send what is new, if the last time was not just now; one thread calls it."""
        if time.monotonic() >= self._due:
            self._due = time.monotonic() + _SHIP_SECONDS
            self._send()

    def close(self) -> None:
        """Send what is left."""
        self._send()

    def _send(self) -> None:
        self._shipping.ship_folder(self._scope, self._folder, self._group, self._stream)

    def _stream(self, file: Path) -> str:
        instance = next((one.stem.removeprefix("algo-") for one in self._folder.glob("algo-i-*.log")), "i-0")
        return f"{self._job}/{instance}" + ("/data-log" if file.name == _DATA_LOG else "")
