"""The processes of the benchmark: the cloud, the load, and idle ones as large as an instance."""

import socket
import subprocess
import sys
import time
from collections.abc import Generator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from tests.bench.release.samples import Span
from tests.shop.environment import CONTAINER

ENDS_WITHIN_SECONDS = 60


@contextmanager
def cloud(folder: Path, speed: float) -> Generator[str]:
    """Run a local cloud and yield its address."""
    command = [sys.executable, "-m", "tests.bench.release.cloud", str(folder), str(speed)]
    with _ended_by_its_input(command) as process:
        assert process.stdout is not None
        yield process.stdout.readline().strip()


@contextmanager
def load(url: str, rate: float, file: Path) -> Generator[None]:
    """Ask an address at a rate, in requests a second, and write every answer down."""
    with _ended_by_its_input([sys.executable, "-m", "tests.bench.release.load", url, str(rate), str(file)]):
        yield


def idle(count: int, seconds: float) -> Span:
    """Start as many idle containers as a new fleet has, keep them as long as a switch takes, and return that span."""
    ports = _free_ports(count)
    started = time.time()
    with ExitStack() as stack:
        for port in ports:
            environment = {"SAGEMAKER_BIND_TO_PORT": str(port)}
            process = stack.enter_context(subprocess.Popen([sys.executable, "-S", str(CONTAINER)], env=environment))
            stack.callback(process.kill)
        time.sleep(seconds)
    return Span(started, time.time())


def _free_ports(count: int) -> list[int]:
    with ExitStack() as stack:
        probes = [stack.enter_context(socket.socket()) for _ in range(count)]
        for probe in probes:
            probe.bind(("127.0.0.1", 0))
        return [int(probe.getsockname()[1]) for probe in probes]


@contextmanager
def _ended_by_its_input(command: list[str]) -> Generator[subprocess.Popen[str]]:
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin is not None
        try:
            yield process
        finally:
            process.stdin.close()
            try:
                process.wait(ENDS_WITHIN_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                raise
