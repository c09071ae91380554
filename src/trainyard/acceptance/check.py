"""Sends the golden requests of a model service to its live endpoint and judges the answers.

The requests and the judgement are those of a release's smoke tests. What differs: nothing is compared with a champion,
since the champion is what answers, and latency is shown but decides nothing unless a limit is given, since it
includes the network between the caller and the endpoint.
"""

import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from statistics import median
from typing import Any

from trainyard.release.golden import GoldenRequest, GoldenSuite
from trainyard.release.smoke import Answer, check_answer, invoke


@dataclass(frozen=True, kw_only=True)
class GoldenAnswer:
    """How one golden request was answered."""

    name: str
    latency_ms: float
    """Median over the repeats, the network included."""
    problems: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Acceptance:
    """What the golden requests said of one model service."""

    service: str
    endpoint: str
    version: str
    """The version that is live, which every answer must name."""
    answers: tuple[GoldenAnswer, ...]
    requests: int
    """How many were asked and judged, repeats included."""
    latency_p50_ms: float
    latency_limit_ms: float | None

    @property
    def failures(self) -> tuple[str, ...]:
        """What was wrong, each with the request's name; empty where the environment is accepted."""
        found = [f"{answer.name}: {problem}" for answer in self.answers for problem in answer.problems]
        if self.latency_limit_ms is not None and self.latency_p50_ms > self.latency_limit_ms:
            found.append(f"median latency {self.latency_p50_ms:.0f} ms is over {self.latency_limit_ms:.0f} ms")
        return tuple(found)

    def document(self) -> dict[str, Any]:
        """Return it as JSON types."""
        return {**asdict(self), "passed": not self.failures, "failures": list(self.failures)}


def accept(
    runtime: Any,
    *,
    service: str,
    endpoint: str,
    version: str,
    suite: GoldenSuite,
    latency_limit_ms: float | None = None,
    timer: Callable[[], float] = time.perf_counter,
) -> Acceptance:
    """Send every golden request to `endpoint` and judge the answers; `version` must be the one that answers.

    Raises:
        ClientError: a call failed for a reason that is not the container's, such as a missing endpoint.
    """
    invoke(runtime, endpoint, suite.requests[0].body)  # the first answer pays for connecting and for what loads lazily
    latencies: list[float] = []
    answers = tuple(_ask(runtime, endpoint, request, suite, version, latencies, timer) for request in suite.requests)
    return Acceptance(
        service=service,
        endpoint=endpoint,
        version=version,
        answers=answers,
        requests=len(latencies),
        latency_p50_ms=round(median(latencies), 1),
        latency_limit_ms=latency_limit_ms,
    )


def _ask(
    runtime: Any,
    endpoint: str,
    request: GoldenRequest,
    suite: GoldenSuite,
    version: str,
    latencies: list[float],
    timer: Callable[[], float],
) -> GoldenAnswer:
    own: list[float] = []
    problems: list[str] = []
    for _ in range(suite.repeats):
        begun = timer()
        answer: Answer = invoke(runtime, endpoint, request.body)
        own.append((timer() - begun) * 1000)
        # Of several instances each may answer otherwise, so every answer counts, and each fault is told once.
        problems += [one for one in check_answer(request.expect, answer, version) if one not in problems]
    latencies += own
    return GoldenAnswer(name=request.name, latency_ms=round(median(own), 1), problems=tuple(problems))
