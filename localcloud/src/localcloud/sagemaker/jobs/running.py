"""The jobs that run now: how one is asked to stop, and how others wait for its end."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from localcloud.cloud import Cloud
from localcloud.scope import Scope

_Key = tuple[Path, Scope, str, str]


@dataclass(frozen=True)
class RunningJob:
    """One job's thread as seen from outside."""

    stop_requested: threading.Event = field(default_factory=threading.Event)
    interruption_requested: threading.Event = field(default_factory=threading.Event)
    """Set when the instances are to be taken from the job."""
    wake: threading.Event = field(default_factory=threading.Event)
    """Set whenever the job's thread has something to look at: its process ended, or a stop was requested."""
    ended: threading.Event = field(default_factory=threading.Event)

    def request_stop(self) -> None:
        """Ask the job to stop."""
        self.stop_requested.set()
        self.wake.set()

    def interrupt(self) -> None:
        """Take the job's instances from it."""
        self.interruption_requested.set()
        self.wake.set()


_lock = threading.Lock()
_jobs: dict[_Key, RunningJob] = {}


def run_job(cloud: Cloud, scope: Scope, kind: str, name: str, work: Callable[[RunningJob], None]) -> None:
    """Run `work` on a thread of its own, registered until it returns."""
    key, job = (cloud.home, scope, kind, name), RunningJob()
    with _lock:
        _jobs[key] = job

    def run() -> None:
        try:
            work(job)
        finally:
            with _lock:
                _jobs.pop(key, None)
            job.ended.set()

    cloud.spawn(run, f"{kind}-{name}")


def find_job(cloud: Cloud, scope: Scope, kind: str, name: str) -> RunningJob | None:
    """Return the running job of that name, or None if it has ended."""
    with _lock:
        return _jobs.get((cloud.home, scope, kind, name))


def wake_at_shutdown(cloud: Cloud) -> None:
    """Wait for the cloud to stop, then wake every job of it so that each sees `cloud.stopping`."""
    cloud.stopping.wait()
    with _lock:
        jobs = [job for key, job in _jobs.items() if key[0] == cloud.home]
    for job in jobs:
        job.wake.set()
