"""One instance of an endpoint: a serving container's process, its health, and the requests it is busy with."""

import os
import shutil
import signal
import socket
import subprocess
import time
import uuid
from enum import StrEnum
from pathlib import Path

import urllib3

from localcloud.namespace import sandboxed
from localcloud.processes import ProcessSpec, signal_group, start_process, stop_process
from localcloud.sagemaker.endpoints.container import Container

# AWS gives a ping two seconds; a starting container on a busy laptop is asked again soon anyway.
_PING_TIMEOUT_SECONDS = 2.0
_STOP_GRACE_SECONDS = 2.0
_CONNECTIONS = 64


class Health(StrEnum):
    """What is known of an instance."""

    STARTING = "starting"
    SERVING = "serving"
    EXITED = "exited"


class Instance:
    """A process that serves one model on a port of its own.

    `in_flight` belongs to the router, which alone changes it, under its lock.
    """

    def __init__(self, container: Container, folder: Path, log: Path) -> None:
        self.id = f"i-{uuid.uuid4().hex[:17]}"
        self.port = _free_port()
        self.log = log.with_name(f"{log.name}-{self.id}.log")
        self.health = Health.STARTING
        self.in_flight = 0
        self.started = time.monotonic()
        self._folder = folder / self.id
        self.pool = urllib3.HTTPConnectionPool(
            "127.0.0.1", self.port, maxsize=_CONNECTIONS, block=False, retries=False, timeout=_PING_TIMEOUT_SECONDS
        )
        self._process = self._start(container)

    @property
    def exit_code(self) -> int | None:
        """The process's exit code, or None while it runs."""
        return self._process.poll()

    def check(self) -> Health:
        """Look at the process, and ping it while it starts; return the instance's health."""
        if self._process.poll() is not None:
            self.health = Health.EXITED
        elif self.health is Health.STARTING and self._ping():
            self.health = Health.SERVING
        return self.health

    def stop(self) -> None:
        """End the process and remove its folder; the log stays."""
        self.health = Health.EXITED
        stop_process(self._process, _STOP_GRACE_SECONDS)
        self.pool.close()
        shutil.rmtree(self._folder, ignore_errors=True)

    def ask_to_end(self) -> None:
        """Send SIGTERM; `stop` waits for the end."""
        self.health = Health.EXITED
        if self._process.poll() is None:
            signal_group(self._process, signal.SIGTERM)

    def kill(self) -> None:
        """End the process at once, as a crash would."""
        signal_group(self._process, signal.SIGKILL)

    def _start(self, container: Container) -> "subprocess.Popen[bytes]":
        opt_ml = self._folder / "ml"
        opt_ml.mkdir(parents=True)
        # Hard links: every instance has a folder of its own, and a large model lies on the disk once.
        shutil.copytree(container.model_folder, opt_ml / "model", copy_function=os.link, symlinks=True)
        self.log.parent.mkdir(parents=True, exist_ok=True)
        with self.log.open("ab") as output:
            return start_process(
                ProcessSpec(
                    argv=sandboxed([*container.image.entrypoint, "serve"], opt_ml=opt_ml),
                    env={
                        **container.environment,
                        "SAGEMAKER_BIND_TO_PORT": str(self.port),
                        "SAGEMAKER_SAFE_PORT_RANGE": f"{self.port}-{self.port}",
                    },
                    cwd=container.image.root,
                    output=output,
                )
            )

    def _ping(self) -> bool:
        try:
            return self.pool.request("GET", "/ping").status == 200
        except urllib3.exceptions.HTTPError:
            return False


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
