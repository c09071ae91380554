"""Runs a command to its own end, also through Ctrl-C.

A terminal sends Ctrl-C to the command as well, and the engine answers it well: it starts nothing more, waits for what
is under way and records it. `subprocess.run` would kill it a quarter of a second later, and what was being created then
exists without a record. A second Ctrl-C reaches the command too; the engine then stops at once.
"""

import os
import signal
import subprocess
import threading
from collections.abc import Generator
from contextlib import contextmanager
from typing import Any

import psutil


def run(command: list[str], **options: Any) -> subprocess.CompletedProcess[str]:
    """Run a command as `subprocess.run(command, text=True, check=False, **options)` does, and let it end by itself.

    Raises:
        KeyboardInterrupt: after the command has ended, where Ctrl-C came meanwhile.
    """
    with _interrupts_wait():
        return subprocess.run(command, text=True, check=False, **options)


def interrupt() -> None:
    """Do what Ctrl-C on a terminal does, for a signal that only this process has heard: tell its commands too."""
    own_group = os.getpgrp()
    for process in psutil.Process().children(recursive=True):
        try:
            if os.getpgid(process.pid) == own_group:
                process.send_signal(signal.SIGINT)
        except (psutil.NoSuchProcess, ProcessLookupError):
            continue
    os.kill(os.getpid(), signal.SIGINT)


@contextmanager
def _interrupts_wait() -> Generator[None]:
    # Only the main thread hears signals; and who was started deaf to Ctrl-C, as a job in the background, stays so.
    if threading.current_thread() is not threading.main_thread() or signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        yield
        return
    heard: list[int] = []
    before = signal.signal(signal.SIGINT, lambda number, _: heard.append(number))
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
    if heard:
        raise KeyboardInterrupt
