"""What a load wrote down, and what becomes of it: failures, and percentiles of chosen spans of time. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np


@dataclass(frozen=True)
class Sample:
    """One request: when it was due (seconds since the epoch), how long it took from then, status, model version."""

    due: float
    seconds: float
    status: int
    version: str


@dataclass(frozen=True)
class Span:
    """From one moment to another, in seconds since the epoch."""

    start: float
    end: float


def read(file: Path) -> list[Sample]:
    """Return what a load wrote, but a last line that it did not finish."""
    rows = (line.split() for line in file.read_text().splitlines(keepends=True) if line.endswith("\n"))
    return [Sample(float(due), float(took), int(status), version) for due, took, status, version in rows]


def failed(samples: Iterable[Sample]) -> list[Sample]:
    """Return the requests that were not answered as they should be."""
    return [one for one in samples if one.status != 200]


def within(samples: Iterable[Sample], spans: Sequence[Span]) -> list[Sample]:
    """Return the requests that were due in one of the spans."""
    return [one for one in samples if any(span.start <= one.due < span.end for span in spans)]


def p99_ms(samples: Sequence[Sample]) -> float | None:
    """Return the 99th percentile of the latencies in milliseconds; None of nothing."""
    return float(np.percentile([one.seconds for one in samples], 99)) * 1000 if samples else None
