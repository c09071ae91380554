"""The process behind a home: starting it, finding it, ending it.

A running cloud holds a lock on its home. The kernel releases the lock when the process ends, however it ends, so
what `cloud.json` says is believed only while the lock is held.
"""

import fcntl
import json
import logging
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import IO

import psutil

from localcloud.errors import LocalCloudError
from localcloud.home import Home

log = logging.getLogger(__name__)

_START_SECONDS = 180.0
_STOP_SECONDS = 30.0


@dataclass(frozen=True, kw_only=True)
class Instance:
    """A running cloud, as `cloud.json` describes it."""

    pid: int
    port: int
    proxy_port: int
    endpoint_url: str
    speed: float
    started: str

    @property
    def proxy_url(self) -> str:
        """The address of its proxy."""
        return f"http://127.0.0.1:{self.proxy_port}"


def find(home: Home) -> Instance | None:
    """Return the cloud that serves `home` and is ready, or None."""
    if not home.state.exists() or not _is_locked(home):
        return None
    with suppress(ValueError, TypeError):  # half-written by a process that is just starting
        return Instance(**json.loads(home.state.read_text()))
    return None


def start(home: Home, speed: float, report: Callable[[str], None]) -> Instance:
    """Start a cloud in the background and return once it is ready; return the running one if there is one.

    Raises:
        LocalCloudError: it ended or did not get ready; the text has the end of its log.
    """
    running = find(home)
    if running:
        return running
    home.create()
    report(f"Starting the local cloud in {home.root}")
    with home.log.open("ab") as output:
        process = subprocess.Popen(
            [
                sys.executable,
                "-m",
                "localcloud",
                "--home",
                str(home.root),
                "start",
                "--foreground",
                "--speed",
                str(speed),
            ],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            cwd=home.root,
            start_new_session=True,
        )
    return _await_ready(home, process, report)


def _await_ready(home: Home, process: "subprocess.Popen[bytes]", report: Callable[[str], None]) -> Instance:
    began, told = time.monotonic(), 0.0
    while time.monotonic() - began < _START_SECONDS:
        instance = find(home)
        if instance and instance.pid == process.pid:
            return instance
        if process.poll() is not None:
            winner = find(home)  # another start was faster
            if winner:
                return winner
            raise LocalCloudError(f"the local cloud ended while it started:\n{_log_end(home)}")
        elapsed = time.monotonic() - began
        if elapsed - told >= 2:
            told = elapsed
            report(f"Not ready yet: loading services and replaying what it remembers … {elapsed:.0f} s")
        time.sleep(0.05)
    process.kill()
    raise LocalCloudError(f"the local cloud was not ready after {_START_SECONDS:.0f} s:\n{_log_end(home)}")


def stop(home: Home) -> bool:
    """End the cloud of `home` with all its processes; return whether one was running."""
    instance = find(home)
    if instance is None:
        return False
    children = _children(instance.pid)
    _end(instance.pid, home)
    for child in children:  # those of a cloud that had to be killed; usually all are gone
        with suppress(psutil.NoSuchProcess):
            child.kill()
    psutil.wait_procs(children, timeout=5)
    home.state.unlink(missing_ok=True)
    return True


def serve(home: Home, speed: float) -> None:
    """Be the cloud of `home` until SIGTERM or SIGINT.

    Raises:
        LocalCloudError: another process serves this home.
    """
    home.create()
    lock = _lock(home)
    ending = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: ending.set())
    from localcloud.assembly import run  # takes seconds to import; the commands that only look do without

    ports = home.ports()
    running = run(home, ports, speed)
    instance = Instance(
        pid=os.getpid(),
        port=ports.api,
        proxy_port=ports.proxy,
        endpoint_url=running.cloud.endpoint_url,
        speed=speed,
        started=datetime.now(UTC).isoformat(timespec="seconds"),
    )
    _publish(home, instance)
    log.info("ready at %s", instance.endpoint_url)
    ending.wait()
    log.info("stopping")
    running.stop()
    for child in _children(os.getpid()):
        with suppress(psutil.NoSuchProcess):
            child.kill()
    home.state.unlink(missing_ok=True)
    lock.close()


def _publish(home: Home, instance: Instance) -> None:
    partial = home.state.with_suffix(".partial")
    partial.write_text(json.dumps(asdict(instance)))
    partial.rename(home.state)


def _lock(home: Home) -> IO[str]:
    file = home.lock.open("w")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        file.close()
        raise LocalCloudError(f"another process already serves {home.root}") from None
    home.state.unlink(missing_ok=True)
    return file


def _is_locked(home: Home) -> bool:
    if not home.lock.exists():
        return False
    with home.lock.open() as file:
        try:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


def _end(pid: int, home: Home) -> None:
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGTERM)
    deadline = time.monotonic() + _STOP_SECONDS
    while _is_locked(home):
        if time.monotonic() > deadline:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
            deadline = float("inf")
        time.sleep(0.05)
    with suppress(psutil.NoSuchProcess, psutil.TimeoutExpired):
        psutil.Process(pid).wait(5)


def _children(pid: int) -> list[psutil.Process]:
    try:
        return psutil.Process(pid).children(recursive=True)
    except psutil.NoSuchProcess:
        return []


def _log_end(home: Home) -> str:
    lines = home.log.read_text(errors="replace").splitlines() if home.log.exists() else []
    return "\n".join(lines[-15:])
