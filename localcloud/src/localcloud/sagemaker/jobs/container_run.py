"""Runs the containers of a job to their end: processes, time limit, stop requests, output."""

import contextlib
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from localcloud.cloud import Cloud
from localcloud.namespace import sandboxed
from localcloud.processes import ProcessSpec, signal_group, start_process
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
    INTERRUPTED = "interrupted"
    CLOUD_STOPPED = "cloud stopped"


@dataclass(frozen=True)
class Outcome:
    """How a job's containers ended, and the exit code (negative: the signal that killed it) of the one that decided."""

    ending: Ending
    exit_code: int
    container: int = 0
    """Which of them: the first that failed, or the first."""


@dataclass(frozen=True, kw_only=True)
class ContainerRun:
    """What to run, where, for how long at most, and where its output goes."""

    argv: Sequence[str]
    env: Mapping[str, str]
    cwd: Path
    opt_ml: Path
    hosts_file: Path | None = None
    max_runtime_seconds: float
    """In real time: a container's own work is not sped up by the cloud's clock."""
    stream: LogStream
    log_file: Path
    on_line: Callable[[str], None] = lambda _: None


@dataclass(frozen=True)
class _Started:
    process: "subprocess.Popen[bytes]"
    output: threading.Thread


def run_container(cloud: Cloud, job: RunningJob, run: ContainerRun) -> Outcome:
    """Run one container and return how it ended; when this returns, nothing of it is left."""
    return run_containers(cloud, job, [run])


def run_containers(cloud: Cloud, job: RunningJob, runs: Sequence[ContainerRun]) -> Outcome:
    """Run containers side by side until all have ended or one has failed; when this returns, nothing is left."""
    deadline = time.monotonic() + min(run.max_runtime_seconds for run in runs)
    started = [_start(cloud, job, run) for run in runs]
    processes = [one.process for one in started]
    ending = _wait(cloud, job, processes, deadline)
    decisive = next((at for at, process in enumerate(processes) if process.poll()), 0)
    _stop(processes, cloud, graceful=ending in _GRACEFUL)
    for one in started:
        one.output.join(_LAST_OUTPUT_SECONDS)
    return Outcome(ending, processes[decisive].returncode, decisive)


def _start(cloud: Cloud, job: RunningJob, run: ContainerRun) -> _Started:
    argv = sandboxed(run.argv, opt_ml=run.opt_ml, hosts_file=run.hosts_file)
    process = start_process(ProcessSpec(argv=argv, env=run.env, cwd=run.cwd, output=subprocess.PIPE))
    assert process.stdout is not None
    shipper = LogShipper(run.stream, run.log_file, run.on_line)
    output = cloud.spawn(lambda pipe=process.stdout: shipper.ship(pipe), "container-output")
    _wake_at_exit(process, job.wake)
    return _Started(process, output)


def _stop(processes: "Sequence[subprocess.Popen[bytes]]", cloud: Cloud, *, graceful: bool) -> None:
    """Ask all to end at once, and give them one span of grace together."""
    grace = max(cloud.clock.real(_GRACE_SECONDS), _LEAST_GRACE_SECONDS) if graceful else 0
    deadline = time.monotonic() + grace
    for process in processes:
        if process.poll() is None:
            signal_group(process, signal.SIGTERM)
    for process in processes:
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(max(0.0, deadline - time.monotonic()))
    for process in processes:
        signal_group(process, signal.SIGKILL)
        process.wait()


def _wake_at_exit(process: "subprocess.Popen[bytes]", wake: threading.Event) -> None:
    def wait() -> None:
        process.wait()
        wake.set()

    threading.Thread(target=wait, name="container-exit", daemon=True).start()


def _wait(cloud: Cloud, job: RunningJob, processes: "Sequence[subprocess.Popen[bytes]]", deadline: float) -> Ending:
    while True:
        job.wake.wait(max(0.0, deadline - time.monotonic()))
        job.wake.clear()
        codes = [process.poll() for process in processes]
        if None not in codes or any(codes):
            return Ending.EXITED
        if cloud.stopping.is_set():
            return Ending.CLOUD_STOPPED
        if job.stop_requested.is_set():
            return Ending.STOPPED
        if job.interruption_requested.is_set():
            return Ending.INTERRUPTED
        if time.monotonic() >= deadline:
            return Ending.TIMED_OUT


_GRACEFUL = (Ending.STOPPED, Ending.TIMED_OUT, Ending.INTERRUPTED)
