"""Starts the containers' processes so that none outlives the cloud, however the cloud ends.

The kernel ties a process's death to the *thread* that started it, so all are started on one thread that never ends.
"""

import contextlib
import os
import queue
import signal
import subprocess
import threading
from collections.abc import Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import IO


@dataclass(frozen=True, kw_only=True)
class ProcessSpec:
    """What to start; `output` (a file, or `subprocess.PIPE`) takes stdout and stderr together."""

    argv: Sequence[str]
    env: Mapping[str, str]
    cwd: Path
    output: IO[bytes] | int = subprocess.DEVNULL


@dataclass(frozen=True)
class _Order:
    spec: ProcessSpec
    answer: "Future[subprocess.Popen[bytes]]" = field(default_factory=Future)


def start_process(spec: ProcessSpec) -> "subprocess.Popen[bytes]":
    """Start a process in a session of its own; it dies with this program if its vector comes from `sandboxed`."""
    order = _Order(spec)
    _orders().put(order)
    return order.answer.result()


def stop_process(process: "subprocess.Popen[bytes]", grace_seconds: float) -> None:
    """Ask the process to end (SIGTERM), and after `grace_seconds` kill it and all it has started."""
    if process.poll() is None:
        signal_group(process, signal.SIGTERM)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(grace_seconds)
    signal_group(process, signal.SIGKILL)
    process.wait()


def signal_group(process: "subprocess.Popen[bytes]", number: signal.Signals) -> None:
    """Send a signal to the process and all its descendants that stayed in its session's group."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, number)


@cache
def _orders() -> "queue.SimpleQueue[_Order]":
    orders: queue.SimpleQueue[_Order] = queue.SimpleQueue()
    threading.Thread(target=_serve, args=(orders,), name="process-starter", daemon=True).start()
    return orders


def _serve(orders: "queue.SimpleQueue[_Order]") -> None:
    while True:
        order = orders.get()
        spec = order.spec
        try:
            process = subprocess.Popen(
                list(spec.argv),
                env=dict(spec.env),
                cwd=spec.cwd,
                stdin=subprocess.DEVNULL,
                stdout=spec.output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        except BaseException as error:
            order.answer.set_exception(error)
        else:
            order.answer.set_result(process)
