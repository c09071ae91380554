"""The process behind an app: `mlflow server` on a port of its own, on SQLite, with artifacts where the app says."""

import os
import socket
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import urllib3

from localcloud.processes import ProcessSpec, start_process, stop_process

_ENTRY = Path(__file__).with_name("server_entry.py")
_LOG = "server.log"
_SYSTEM_PATH = "/usr/local/bin:/usr/bin:/bin"
_STOP_GRACE_SECONDS = 5.0
_REQUEST_SECONDS = 60.0
_CONNECTIONS = 16
_LOG_END = 2000


@dataclass(frozen=True, kw_only=True)
class ServerSpec:
    """What a server is started from."""

    python: str
    folder: Path
    """Of its database, which outlives the process."""
    artifact_store_uri: str
    environment: Mapping[str, str]
    """The role's session, the region, and where AWS is."""


class Server:
    """A running server; `ready` is set by whoever waited for its first answer."""

    def __init__(self, spec: ServerSpec) -> None:
        spec.folder.mkdir(parents=True, exist_ok=True)
        self.port = _free_port()
        self.ready = False
        self._log = spec.folder / _LOG
        self.pool = urllib3.HTTPConnectionPool(
            "127.0.0.1", self.port, maxsize=_CONNECTIONS, block=False, retries=False, timeout=_REQUEST_SECONDS
        )
        with self._log.open("wb") as output:
            argv = [spec.python, str(_ENTRY), str(os.getpid()), *arguments(spec, self.port)]
            env = environment(spec)
            self._process: subprocess.Popen[bytes] = start_process(
                ProcessSpec(argv=argv, env=env, cwd=spec.folder, output=output)
            )

    @property
    def ended(self) -> bool:
        """Whether the process is gone."""
        return self._process.poll() is not None

    def answers(self) -> bool:
        """Whether it serves already."""
        try:
            return self.pool.request("GET", "/health").status == 200
        except urllib3.exceptions.HTTPError:
            return False

    def last_words(self) -> str:
        """Return the end of its log."""
        return self._log.read_text(errors="replace")[-_LOG_END:]

    def stop(self) -> None:
        """End the process and all that it started."""
        stop_process(self._process, _STOP_GRACE_SECONDS)
        self.pool.close()


def arguments(spec: ServerSpec, port: int) -> Sequence[str]:
    """Return what `mlflow server` is told: clients write artifacts into the store themselves, as on AWS. Pure."""
    return (
        *("--host", "127.0.0.1", "--port", str(port), "--workers", "1"),
        *("--backend-store-uri", f"sqlite:///{spec.folder / 'runs.db'}"),
        *("--default-artifact-root", spec.artifact_store_uri, "--no-serve-artifacts"),
    )


def environment(spec: ServerSpec) -> dict[str, str]:
    """Return all variables of the process: nothing of the local cloud's own environment. Pure."""
    return {
        "PATH": os.pathsep.join([str(Path(spec.python).parent), _SYSTEM_PATH]),
        "HOME": str(spec.folder),
        "LANG": "C.UTF-8",
        "NO_PROXY": "127.0.0.1,localhost",
        "AWS_EC2_METADATA_DISABLED": "true",
        "MLFLOW_DISABLE_TELEMETRY": "true",
        "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false",  # one process instead of two
        **spec.environment,
    }


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
