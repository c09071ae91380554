"""What else the machine did meanwhile: a latency measured beside other people's programs is theirs as well."""

import time
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import pairwise
from threading import Event, Thread

import psutil

from tests.bench.release.samples import Span

EVERY_SECONDS = 1.0


@dataclass(frozen=True)
class Reading:
    """Processor seconds used since the machine started: by all processes, and by the benchmark's."""

    at: float
    """Seconds since the epoch."""
    used: float
    own: float


@contextmanager
def metered() -> Generator[list[Reading]]:
    """Read the processors' use until the block ends; the list that is yielded grows meanwhile."""
    readings, stop = [read()], Event()

    def meter() -> None:
        while not stop.wait(EVERY_SECONDS):
            readings.append(read())

    thread = Thread(target=meter, daemon=True)
    thread.start()
    try:
        yield readings
    finally:
        stop.set()
        thread.join()


def read() -> Reading:
    """Read the use of the processors by all processes, and by this one and its descendants."""
    total = psutil.cpu_times()
    return Reading(time.time(), sum(total) - total.idle - total.iowait, _own())


def cores(readings: Sequence[Reading], spans: Sequence[Span]) -> float | None:
    """Return how many cores other programs kept busy in the spans, on average; None where nothing was read."""
    pairs = [(one, two) for one, two in pairwise(readings) if _inside(one, two, spans)]
    seconds = sum(two.at - one.at for one, two in pairs)
    others = sum((two.used - one.used) - (two.own - one.own) for one, two in pairs)
    return max(0.0, others / seconds) if seconds else None


def _inside(one: Reading, two: Reading, spans: Sequence[Span]) -> bool:
    return any(span.start <= one.at and two.at <= span.end for span in spans)


def _own() -> float:
    """Return the seconds of this process and its descendants; those that have ended count with their parents."""
    own = psutil.Process()
    return sum(_seconds(process) for process in (own, *own.children(recursive=True)))


def _seconds(process: psutil.Process) -> float:
    try:
        return sum(process.cpu_times()[:4])  # its own and its ended children's, in user and system mode
    except psutil.NoSuchProcess:
        return 0.0
