"""One process of a function: it is started, initialised, given one event after the other, and ended."""

import contextlib
import os
import queue
import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from pathlib import Path

import psutil

from localcloud.functions.runtime_api import Answered, Event, InitFailed, Message, Ready, RuntimeApi
from localcloud.processes import ProcessSpec, start_process, stop_process

_ENTRY = Path(__file__).with_name("entry.py")
# AWS gives an initialisation 10 s before it begins anew; a busy laptop takes that for its imports alone.
_INIT_SECONDS = 60.0
_OUTPUT_BYTES = 1_048_576


@dataclass(frozen=True, kw_only=True)
class WorkerSpec:
    """What to run: the handler, its environment, the folder of its code, its log stream and the file before that."""

    handler: str
    env: dict[str, str]
    task_root: Path
    stream: str
    output: Path


@dataclass(frozen=True)
class Exited:
    """The process ended by itself, or was killed from outside; a negative code is the signal."""

    code: int


@dataclass(frozen=True)
class TimedOut:
    """The time was over."""


Ending = Answered | InitFailed | Exited | TimedOut


class Worker:
    """A process that serves one event at a time; one thread at a time may use it."""

    def __init__(self, spec: WorkerSpec) -> None:
        self._messages: queue.SimpleQueue[Message | Exited] = queue.SimpleQueue()
        self._api = RuntimeApi(self._messages.put)
        self._spec = spec
        self._read = 0
        self.idle_since = 0.0
        self.init_seconds: float | None = None
        """How long the start took; None once an event was served."""
        began = time.monotonic()
        self._process = self._start()
        threading.Thread(target=self._watch, name="function-exit", daemon=True).start()
        self._failed = self._initialise()
        self.init_seconds = time.monotonic() - began

    @property
    def stream(self) -> str:
        """The name of its log stream."""
        return self._spec.stream

    @property
    def alive(self) -> bool:
        """Whether it can take another event."""
        return self._failed is None and self._process.poll() is None

    def serve(self, event: Event) -> Ending:
        """Hand over an event and wait for its answer, until the event's deadline."""
        if self._failed is not None:
            return self._failed
        self._api.give(event)
        while True:
            message = self._next(event.deadline - time.time())
            if isinstance(message, Exited | TimedOut) or (
                isinstance(message, Answered) and message.request_id == event.request_id
            ):
                return message

    def memory_used(self) -> int:
        """Return the process's memory in MB, 0 when it is gone."""
        with contextlib.suppress(psutil.NoSuchProcess):
            return psutil.Process(self._process.pid).memory_info().rss // 1_048_576
        return 0

    def output(self) -> list[str]:
        """Return what was written since the last call, a line an entry; tracebacks of the runtime stay whole."""
        with self._spec.output.open("rb") as file:
            file.seek(self._read)
            chunk = file.read()
        self._read += len(chunk)
        if self._read > _OUTPUT_BYTES:
            os.truncate(self._spec.output, 0)
            self._read = 0
        lines = chunk.decode(errors="replace").split("\n")
        return [line.replace("\r", "\n") for line in lines if line.strip()]

    def stop(self) -> None:
        """Kill the process and all it started."""
        stop_process(self._process, 0)
        self._api.close()
        self._spec.output.unlink(missing_ok=True)

    def _start(self) -> "subprocess.Popen[bytes]":
        # -S and -P: neither the daemon's own packages nor this folder's modules are to be seen.
        argv = [sys.executable, "-S", "-P", str(_ENTRY), str(os.getpid()), self._spec.handler]
        env = {**self._spec.env, "AWS_LAMBDA_RUNTIME_API": self._api.address}
        self._spec.output.parent.mkdir(parents=True, exist_ok=True)
        with self._spec.output.open("ab") as output:
            return start_process(ProcessSpec(argv=argv, env=env, cwd=self._spec.task_root, output=output))

    def _watch(self) -> None:
        self._messages.put(Exited(self._process.wait()))

    def _initialise(self) -> InitFailed | Exited | TimedOut | None:
        message = self._next(_INIT_SECONDS)
        return None if isinstance(message, Ready | Answered) else message

    def _next(self, seconds: float) -> Message | Exited | TimedOut:
        try:
            return self._messages.get(timeout=max(0.0, seconds))
        except queue.Empty:
            return TimedOut()
