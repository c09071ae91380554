"""Sends the instances' log files to CloudWatch Logs.

The group is `/aws/sagemaker/Endpoints/<endpoint>`, with a stream `<variant>/<instance>` for each instance.
"""

import time
from collections.abc import Callable
from pathlib import Path

from localcloud.cloud import Cloud
from localcloud.sagemaker.jobs.log_shipping import LogStream
from localcloud.scope import Scope

_MOST_BYTES = 500_000
_MOST_EVENTS = 5_000


def log_group(endpoint: str) -> str:
    """Return the name of an endpoint's log group."""
    return f"/aws/sagemaker/Endpoints/{endpoint}"


class LogShipping:
    """Remembers how far each file was sent; one thread calls it."""

    def __init__(self, cloud: Cloud) -> None:
        self._cloud = cloud
        self._sent: dict[Path, int] = {}
        self._known: set[tuple[Scope, str, str]] = set()

    def ship(self, scope: Scope, endpoint: str) -> None:
        """Send what was added to the endpoint's logs since the last call."""
        folder = self._cloud.home / "logs" / "endpoints" / scope.account / scope.region / endpoint
        self.ship_folder(scope, folder, log_group(endpoint), _stream_of)

    def ship_folder(self, scope: Scope, folder: Path, group: str, stream_of: Callable[[Path], str]) -> None:
        """Send what was added to the logs in a folder, each to the stream of `group` that `stream_of` names."""
        for file in sorted(folder.glob("*.log")) if folder.is_dir() else ():
            lines = self._new_lines(file)
            if lines:
                self._send(scope, group, stream_of(file), lines)

    def _new_lines(self, file: Path) -> list[str]:
        begin = self._sent.get(file)
        if begin is None:
            # Lines of an earlier run of the cloud were sent by it.
            marker = file.with_suffix(".sent")
            begin = int(marker.read_text()) if marker.exists() else 0
        with file.open("rb") as source:
            source.seek(begin)
            chunk = source.read(_MOST_BYTES)
        end = chunk.rfind(b"\n") + 1
        if end == 0 and len(chunk) == _MOST_BYTES:
            end = len(chunk)
        self._sent[file] = begin + end
        if end:
            file.with_suffix(".sent").write_text(str(begin + end))
        return chunk[:end].decode(errors="replace").splitlines()

    def _send(self, scope: Scope, group: str, stream: str, lines: list[str]) -> None:
        place = LogStream(client=self._cloud.client("logs", scope), group=group, name=stream)
        if (scope, group, stream) not in self._known:
            place.create()
            self._known.add((scope, group, stream))
        now = int(time.time() * 1000)
        events = [{"timestamp": now, "message": line} for line in lines if line.strip()]
        for start in range(0, len(events), _MOST_EVENTS):
            place.put(events[start : start + _MOST_EVENTS])


def _stream_of(file: Path) -> str:
    """Return `<variant>/<instance>` for the file `<variant>-<instance>.log`."""
    variant, _, instance = file.stem.rpartition("-i-")
    return f"{variant}/i-{instance}"
