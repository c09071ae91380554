"""Two trainings of one model compared: the same bytes, or else the same quality and a reason for other bytes. Pure.

Floating-point sums depend on their order, and so on processor, number of threads and libraries. Where these are the
same, bytes must be; elsewhere the metrics must agree.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from trainyard.reproduction.made import ENVIRONMENT, Made

TOLERANCE = 0.001
"""How much a metric may differ, relative to the first, where the machine is another."""


class Verdict(StrEnum):
    """What a reproduction showed."""

    IDENTICAL = "identical"
    """The archives are byte for byte the same."""
    SAME_CONTENT = "same content"
    """Every file that makes the model is; the packing differs, or what is noted of the machine."""
    SAME_QUALITY = "same quality"
    """The machine was another, and every metric is within 0.1 %."""
    DIFFERENT = "different"


@dataclass(frozen=True, kw_only=True)
class Change:
    """A value then and now; None where there was none."""

    name: str
    then: Any
    now: Any


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """What is the same, and what differs."""

    verdict: Verdict
    reasons: tuple[str, ...]
    """Why it is different, in words; empty for the other verdicts."""
    archives: tuple[str, str]
    """SHA-256 then and now."""
    files: tuple[str, ...]
    """Names of the files whose bytes differ or that one archive lacks, without what is noted of the machine."""
    document: tuple[Change, ...]
    """Of model.json, where hyperparameters and the hash of the data are."""
    environment: tuple[Change, ...]
    metrics: tuple[Change, ...]
    """All of them, the same ones too."""

    @property
    def same(self) -> bool:
        """Whether the model counts as reproduced."""
        return self.verdict is not Verdict.DIFFERENT


def compare(then: Made, now: Made) -> Comparison:
    """Return what a reproduction (`now`) shows about the model as it was registered (`then`)."""
    files = tuple(sorted(change.name for change in changes(then.files, now.files) if change.name != ENVIRONMENT))
    document, environment = changes(then.document, now.document), changes(then.environment, now.environment)
    metrics = tuple(
        Change(name=name, then=then.metrics.get(name), now=now.metrics.get(name))
        for name in sorted({*then.metrics, *now.metrics})
    )
    reasons = _reasons(then, now, document, environment, metrics) if files else ()
    return Comparison(
        verdict=_verdict(then, now, files, reasons),
        reasons=reasons,
        archives=(then.archive_sha256, now.archive_sha256),
        files=files,
        document=document,
        environment=environment,
        metrics=metrics,
    )


def changes(then: Mapping[str, Any], now: Mapping[str, Any]) -> tuple[Change, ...]:
    """Return what two mappings differ in, by name."""
    return tuple(
        Change(name=name, then=then.get(name), now=now.get(name))
        for name in sorted({*then, *now})
        if then.get(name) != now.get(name)
    )


def deviation(metric: Change) -> float | None:
    """Return how much a metric differs, relative to the first; None where one of the two is missing."""
    if metric.then is None or metric.now is None:
        return None
    return abs(metric.now - metric.then) / max(abs(metric.then), 1e-12)


def _verdict(then: Made, now: Made, files: tuple[str, ...], reasons: tuple[str, ...]) -> Verdict:
    if then.archive_sha256 == now.archive_sha256:
        return Verdict.IDENTICAL
    if not files:
        return Verdict.SAME_CONTENT
    return Verdict.DIFFERENT if reasons else Verdict.SAME_QUALITY


def _reasons(
    then: Made,
    now: Made,
    document: tuple[Change, ...],
    environment: tuple[Change, ...],
    metrics: tuple[Change, ...],
) -> tuple[str, ...]:
    """Return why other bytes are not excused."""
    found = list[str]()
    if then.data_hash != now.data_hash:
        found.append(f"the data differ: hash {then.data_hash or 'unknown'} then, {now.data_hash or 'unknown'} now")
    found += [f"{one.name} was {one.then!r}, and is {one.now!r}" for one in document]
    if not then.environment or not now.environment:
        found.append(f"an archive has no {ENVIRONMENT}, so nothing says that the machine was another")
    elif not environment:
        found.append("machine, threads and packages are the same, so the bytes should be")
    if not metrics:
        found.append("no metrics are kept to compare")
    return (*found, *filter(None, map(_off, metrics)))


def _off(metric: Change) -> str:
    by = deviation(metric)
    if by is None:
        return f"{metric.name} is missing {'then' if metric.then is None else 'now'}"
    return "" if by <= TOLERANCE else f"{metric.name} was {metric.then:.6g}, and is {metric.now:.6g} ({by:.2%} off)"
