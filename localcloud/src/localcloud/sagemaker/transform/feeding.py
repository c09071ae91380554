"""Feeds payloads to a container, several at once, and writes the answers in the order of the payloads."""

from collections import deque
from collections.abc import Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from pathlib import Path

from localcloud.sagemaker.jobs.failure import JobFailure
from localcloud.sagemaker.transform.records import Batch, assembled

_LOOK_SECONDS = 0.25


class Interrupted(Exception):
    """The job shall not go on: it was asked to stop, or the cloud stops."""


@dataclass
class Source:
    """One object of the input: its key, where its output is put together, and why it failed ("" if it has not)."""

    key: str
    output: Path
    by_line: bool
    failure: str = ""

    def add(self, answer: bytes) -> None:
        """Append an answer to the output."""
        self.output.parent.mkdir(parents=True, exist_ok=True)
        with self.output.open("ab") as file:
            file.write(assembled(answer, by_line=self.by_line))

    def fail(self, reason: str) -> None:
        """Give the object up: an output with gaps would be in nobody's order."""
        self.failure = reason
        self.output.unlink(missing_ok=True)


@dataclass(frozen=True)
class Piece:
    """One batch of one object."""

    source: Source
    batch: Batch


def feed(pieces: Iterable[Piece], send: Callable[[Batch], bytes], concurrent: int, stopped: Callable[[], bool]) -> None:
    """Send all pieces, at most `concurrent` at once; an object whose piece fails is given up, the others go on.

    Raises:
        Interrupted: `stopped` said so; answers under way are not waited for.
    """
    pool = ThreadPoolExecutor(concurrent, thread_name_prefix="transform")
    window: deque[tuple[Piece, Future[bytes]]] = deque()
    try:
        for piece in pieces:
            if piece.source.failure:
                continue
            window.append((piece, pool.submit(send, piece.batch)))
            if len(window) == concurrent:
                _take(*window.popleft(), stopped)
        while window:
            _take(*window.popleft(), stopped)
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


def _take(piece: Piece, answer: "Future[bytes]", stopped: Callable[[], bool]) -> None:
    while not wait([answer], _LOOK_SECONDS).done:
        if stopped():
            raise Interrupted
    if stopped():
        raise Interrupted
    try:
        body = answer.result()
    except JobFailure as failure:
        piece.source.fail(str(failure))
        return
    if not piece.source.failure:
        piece.source.add(body)
