"""Runs one container to its end: process, time limit, stop requests, output."""

import subprocess
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from localcloud.cloud import Cloud
from localcloud.namespace import sandboxed
from localcloud.processes import ProcessSpec, start_process, stop_process
from localcloud.sagemaker.jobs.log_shipping import LogShipper, LogStream
from localcloud.sagemaker.jobs.running import RunningJob

_GRACE_SECONDS = 120
_LEAST_GRACE_SECONDS = 1.0
_LAST_OUTPUT_SECONDS = 5.0


class Ending(Enum):
    """Why a container is no longer running."""

    EXITED = "exited"
    STOPPED = "stopped"
    TIMED_OUT = "timed out"
    CLOUD_STOPPED = "cloud stopped"


@dataclass(frozen=True)
class Outcome:
    """How a container ended, and its exit code (negative: the signal that killed it)."""

    ending: Ending
    exit_code: int


@dataclass(frozen=True, kw_only=True)
class ContainerRun:
    """What to run, where, for how long at most, and where its output goes."""

    argv: Sequence[str]
    env: Mapping[str, str]
    cwd: Path
    opt_ml: Path
    max_runtime_seconds: float
    """In real time: a container's own work is not sped up by the cloud's clock."""
    stream: LogStream
    log_file: Path
    on_line: Callable[[str], None] = lambda _: None


def run_container(cloud: Cloud, job: RunningJob, run: ContainerRun) -> Outcome:
    """Run the container and return how it ended; when this returns, nothing of it is left."""
    deadline = time.monotonic() + run.max_runtime_seconds
    argv = sandboxed(run.argv, opt_ml=run.opt_ml)
    process = start_process(ProcessSpec(argv=argv, env=run.env, cwd=run.cwd, output=subprocess.PIPE))
    assert process.stdout is not None
    shipper = LogShipper(run.stream, run.log_file, run.on_line)
    output = cloud.spawn(lambda pipe=process.stdout: shipper.ship(pipe), "container-output")
    _wake_at_exit(process, job.wake)
    ending = _wait(cloud, job, process, deadline)
    graceful = ending in (Ending.STOPPED, Ending.TIMED_OUT)
    grace = max(cloud.clock.real(_GRACE_SECONDS), _LEAST_GRACE_SECONDS) if graceful else 0
    stop_process(process, grace)
    output.join(_LAST_OUTPUT_SECONDS)
    return Outcome(ending, process.returncode)


def _wake_at_exit(process: "subprocess.Popen[bytes]", wake: threading.Event) -> None:
    def wait() -> None:
        process.wait()
        wake.set()

    threading.Thread(target=wait, name="container-exit", daemon=True).start()


def _wait(cloud: Cloud, job: RunningJob, process: "subprocess.Popen[bytes]", deadline: float) -> Ending:
    while True:
        job.wake.wait(max(0.0, deadline - time.monotonic()))
        job.wake.clear()
        if process.poll() is not None:
            return Ending.EXITED
        if cloud.stopping.is_set():
            return Ending.CLOUD_STOPPED
        if job.stop_requested.is_set():
            return Ending.STOPPED
        if time.monotonic() >= deadline:
            return Ending.TIMED_OUT
