"""Drives one execution: asks the planner what can start, starts it, and waits for something to end.

The state lies in the record alone, so that an execution goes on after a restart of the cloud where it was.
"""

import logging
import os
import queue
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from localcloud.cloud import Cloud
from localcloud.sagemaker.pipelines.actions import stop_job
from localcloud.sagemaker.pipelines.attempt import StepRun
from localcloud.sagemaker.pipelines.definition import Definition, Step
from localcloud.sagemaker.pipelines.planner import final_status, ready_steps
from localcloud.sagemaker.pipelines.record import Record
from localcloud.scope import Scope

_LOG = logging.getLogger(__name__)
_FAILED_STEPS = "Step failure: One or multiple steps failed."
_DEFAULT_PARALLEL = max(2, os.cpu_count() or 2)

_Key = tuple[Path, Scope, str]
_lock = threading.Lock()
_drivers: dict[_Key, "Driver"] = {}


def drive(record: Record) -> None:
    """Carry the execution on, on a thread of its own, until it ends or the cloud stops."""
    key, driver = (record.cloud.home, record.scope, record.id), Driver(record)
    with _lock:
        _drivers[key] = driver

    def run() -> None:
        try:
            driver.run()
        except Exception as error:
            if not record.cloud.stopping.is_set():
                _LOG.exception("execution %s", record.id)
                record.set_status("Failed", f"InternalServerError: {error}")
        finally:
            with _lock:
                _drivers.pop(key, None)

    record.cloud.spawn(run, f"pipeline-{record.id}")


def request_stop(record: Record) -> None:
    """Ask a running execution to stop, and the jobs of its running steps with it."""
    with _lock:
        driver = _drivers.get((record.cloud.home, record.scope, record.id))
    if driver is not None:
        driver.stop()


def look_again(record: Record) -> None:
    """Let a running execution see that its document has changed: there may be room for further steps."""
    with _lock:
        driver = _drivers.get((record.cloud.home, record.scope, record.id))
    if driver is not None:
        driver.wake()


def wake_at_shutdown(cloud: Cloud) -> None:
    """Wait for the cloud to stop, then let every driver of it return."""
    cloud.stopping.wait()
    with _lock:
        drivers = [driver for key, driver in _drivers.items() if key[0] == cloud.home]
    for driver in drivers:
        driver.wake()


@dataclass
class Driver:
    """The loop of one execution."""

    record: Record
    _stop: threading.Event = field(default_factory=threading.Event)
    _news: "queue.SimpleQueue[str | None]" = field(default_factory=queue.SimpleQueue)
    """The name of each step that has ended; None to look around."""
    _running: set[str] = field(default_factory=set)

    def run(self) -> None:
        """Start what can start until nothing runs any more, then record how the execution ended."""
        definition = self.record.definition
        while not self.record.cloud.stopping.is_set():
            if not self._stop.is_set():
                self._start_ready(definition)
            if not self._running:
                self._end(definition)
                return
            ended = self._news.get()
            if ended is not None:
                self._running.discard(ended)
                self._stop_at_fail(definition.steps[ended])

    def stop(self) -> None:
        """Start no further step, and stop the jobs that run."""
        self._stop.set()
        for step in self.record.steps.values():
            if step["StepStatus"] in ("Starting", "Executing"):
                stop_job(self.record.cloud, self.record.scope, step.get("Metadata", {}))
        self.wake()

    def wake(self) -> None:
        """Let the loop look around."""
        self._news.put(None)

    def _start_ready(self, definition: Definition) -> None:
        configured = self.record.document.get("ParallelismConfiguration", {})
        room = int(configured.get("MaxParallelExecutionSteps", _DEFAULT_PARALLEL)) - len(self._running)
        selected = self.record.document.get("_Selected", definition.steps)
        ready = ready_steps(definition, self.record.states)
        waiting = [name for name in ready if name in selected and name not in self._running]
        for name in waiting[: max(0, room)]:
            self._running.add(name)
            now = self.record.cloud.clock.now()
            self.record.change_step(definition.steps[name], StartTime=now, StepStatus="Starting", AttemptCount=1)
            run = StepRun(self.record, definition.steps[name], self._stop)
            self.record.cloud.spawn(self._reporting(name, run.run), f"step-{self.record.id}-{name}")

    def _reporting(self, name: str, work: Callable[[], None]) -> Callable[[], None]:
        def run() -> None:
            try:
                work()
            finally:
                self._news.put(name)

        return run

    def _stop_at_fail(self, step: Step) -> None:
        if step.type == "Fail":
            self.stop()

    def _end(self, definition: Definition) -> None:
        steps = self.record.steps
        messages = [
            step["FailureReason"]
            for name, step in steps.items()
            if definition.steps[name].type == "Fail" and "FailureReason" in step
        ]
        requested = self.record.document["PipelineExecutionStatus"] == "Stopping"
        status = final_status(definition, self.record.states, stopping=requested)
        reason = (messages[0] if messages else _FAILED_STEPS) if status in ("Failed", "CompletedWithFailures") else None
        self.record.set_status(status, reason)
