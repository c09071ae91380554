"""Smoke tests: the golden requests, sent for real to one instance of the new model before anybody depends on it."""

import itertools
import json
import math
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from statistics import median
from typing import Any

from botocore.exceptions import ClientError

from trainyard.release.faults import transient
from trainyard.release.golden import Expectation, GoldenRequest, GoldenSuite
from trainyard.release.record import SmokeReport

SYNTHETIC = "synthetic=true"
"""Custom attributes that mark the release's own traffic; containers leave it out of their records."""

SOAK_SECONDS = 20.0
"""A soak ends after this long, whatever is left of it: a driver's lease lasts a minute."""

Answer = tuple[int, Any]
"""The container's HTTP status and its parsed body (None where it is not JSON)."""


@dataclass
class Asked:
    """An endpoint that is asked, and how long each answer took, in milliseconds."""

    runtime: Any
    endpoint: str
    timer: Callable[[], float]
    latencies: list[float] = field(default_factory=list[float])

    def ask(self, request: GoldenRequest, times: int) -> Answer:
        """Send a request some times and return the last answer."""
        answer: Answer = (0, None)
        for _ in range(times):
            begun = self.timer()
            answer = invoke(self.runtime, self.endpoint, request.body)
            self.latencies.append((self.timer() - begun) * 1000)
        return answer


def run_smoke_tests(
    runtime: Any,
    *,
    endpoint: str,
    champion: str,
    suite: GoldenSuite,
    version: str,
    latency_limit_ms: float,
    data_hash: str = "",
    compared: bool = True,
    timer: Callable[[], float] = time.perf_counter,
) -> SmokeReport:
    """Send every golden request to `endpoint` and judge the answers.

    Args:
        runtime: a client of `sagemaker-runtime`.
        endpoint: the pre-release endpoint.
        champion: the endpoint that customers ask, to compare with.
        suite: the golden requests and the limits.
        version: what each answer must name as its `model_version`.
        latency_limit_ms: highest median where the suite names none.
        data_hash: what each answer must name as its `data_hash`; empty where the package does not say.
        compared: whether being unlike the champion counts against the new model.
        timer: returns seconds.

    Raises:
        ClientError: a call failed for a reason that is not the container's; the caller tries again.
    """
    invoke(runtime, endpoint, suite.requests[0].body)  # the first answer pays for what loads lazily
    ours, theirs = Asked(runtime, endpoint, timer), Asked(runtime, champion, timer)
    failures: list[str] = []
    agreements: list[float] = []
    for request in suite.requests:
        answer = ours.ask(request, suite.repeats)
        failures += [
            f"{request.name}: {problem}" for problem in check_answer(request.expect, answer, version, data_hash)
        ]
        if request.expect.error_status is None:
            shared = agreement(answer[1], _champion_answer(theirs, request, suite.repeats))
            agreements += [] if shared is None else [shared]
    shared = round(sum(agreements) / len(agreements), 3) if agreements else None
    failures += _too_slow(suite, ours.latencies, latency_limit_ms)
    if compared:
        failures += unlike(suite, shared, ours.latencies, theirs.latencies)
    if not failures:
        failures += soak(ours, suite, version)
    return SmokeReport(
        requests=len(ours.latencies),
        latency_p50_ms=round(median(ours.latencies), 1),
        failures=tuple(failures),
        agreement=shared,
    )


def soak(asked: Asked, suite: GoldenSuite, version: str) -> list[str]:
    """Send the requests that must be served in turn, and return what is wrong with the first answer that is."""
    served = itertools.cycle([request for request in suite.requests if request.expect.error_status is None])
    begun = asked.timer()
    for number, request in zip(range(1, suite.soak_requests + 1), served, strict=False):
        if asked.timer() - begun > SOAK_SECONDS:
            break
        problems = check_answer(request.expect, asked.ask(request, 1), version)
        if problems:
            return [f"soak: request {number} of {suite.soak_requests}: {problems[0]}"]
    return []


def _too_slow(suite: GoldenSuite, latencies: list[float], latency_limit_ms: float) -> list[str]:
    limit = suite.latency_p50_ms or latency_limit_ms
    return [f"median latency {median(latencies):.0f} ms is over {limit:.0f} ms"] if median(latencies) > limit else []


def unlike(suite: GoldenSuite, shared: float | None, ours: list[float], theirs: list[float]) -> list[str]:
    """Return how far the new model is from the champion, where that is further than the suite allows."""
    problems: list[str] = []
    if shared is not None and shared < suite.minimum_agreement:
        problems.append(f"{shared:.0%} of products as the champion's, at least {suite.minimum_agreement:.0%} expected")
    ratio = suite.maximum_latency_ratio
    if ratio and theirs and median(ours) > ratio * median(theirs):
        problems.append(
            f"median latency {median(ours):.0f} ms is over {ratio:g} times the champion's {median(theirs):.0f} ms"
        )
    return problems


def invoke(runtime: Any, endpoint: str, body: dict[str, Any]) -> Answer:
    """Send one synthetic request and return what the container answered."""
    try:
        answer = runtime.invoke_endpoint(
            EndpointName=endpoint,
            ContentType="application/json",
            Accept="application/json",
            CustomAttributes=SYNTHETIC,
            Body=json.dumps(body).encode(),
        )
    except ClientError as error:
        if error.response["Error"]["Code"] != "ModelError":
            raise
        return int(error.response.get("OriginalStatusCode", 500)), _parse(error.response.get("OriginalMessage", ""))
    return 200, _parse(answer["Body"].read())


def check_answer(expect: Expectation, answer: Answer, version: str, data_hash: str = "") -> list[str]:
    """Return what is wrong with an answer: schema, version, data, sanity of scores and products.

    Args:
        expect: of the request.
        answer: the container's.
        version: that the answer must name as its `model_version`.
        data_hash: of the data that the model must have been made from; empty where that is not known.
    """
    status, body = answer
    if expect.error_status is not None:
        return [] if status == expect.error_status else [f"answered {status}, expected {expect.error_status}"]
    if status != 200:
        return [f"answered {status}: {json.dumps(body)[:200]}"]
    if not isinstance(body, dict):
        return ["the answer is not a JSON object"]
    problems: list[str] = []
    if str(body.get("model_version")) != version:
        problems.append(f"model_version is {body.get('model_version')!r}, expected {version!r}")
    if not body.get("inference_id"):
        problems.append("inference_id is missing")
    if data_hash and body.get("data_hash") != data_hash:
        problems.append(f"data_hash is {body.get('data_hash')!r}, the model was registered with {data_hash!r}")
    rows = body.get("recommendations")
    if not isinstance(rows, list) or len(rows) != expect.customers:
        return [*problems, f"recommendations should list {expect.customers} customers"]
    for row in rows:
        problems += _check_row(expect, row)
    return problems


def agreement(challenger: Any, champion: Any) -> float | None:
    """Return the mean share of the champion's products that the challenger names too, customer by customer."""
    shares: list[float] = []
    for ours, theirs in zip(_codes(challenger), _codes(champion), strict=False):
        if theirs:
            shares.append(len(ours & theirs) / len(theirs))
    return sum(shares) / len(shares) if shares else None


def _champion_answer(champion: Asked, request: GoldenRequest, times: int) -> Any:
    """Return the champion's answer, or None: its troubles are no reason against the new model."""
    try:
        return champion.ask(request, times)[1]
    except ClientError as error:
        if transient(error):
            raise
        return None


def _check_row(expect: Expectation, row: Any) -> list[str]:
    if not isinstance(row, dict) or not isinstance(row.get("products"), list):
        return ["a recommendation has no list of products"]
    who, products = f"customer {row.get('customer_id')}", row["products"]
    if not all(isinstance(product, dict) and isinstance(product.get("stock_code"), str) for product in products):
        return [f"{who}: a product has no stock_code"]
    problems: list[str] = []
    if len({product["stock_code"] for product in products}) != expect.k or len(products) != expect.k:
        problems.append(f"{who}: {expect.k} distinct products expected, {len(products)} given")
    if not all(_finite(product.get("score")) for product in products):
        problems.append(f"{who}: a score is not a finite number")
    if expect.source and row.get("source") != expect.source:
        problems.append(f"{who}: source is {row.get('source')!r}, expected {expect.source!r}")
    return problems


def _finite(score: Any) -> bool:
    return isinstance(score, int | float) and not isinstance(score, bool) and math.isfinite(score)


def _codes(body: Any) -> list[set[str]]:
    try:
        return [{product["stock_code"] for product in row["products"]} for row in body["recommendations"]]
    except (KeyError, TypeError):
        return []


def _parse(body: bytes | str) -> Any:
    try:
        return json.loads(body)
    except ValueError:
        return None
