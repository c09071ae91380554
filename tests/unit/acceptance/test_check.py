import io
import json
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

from trainyard.acceptance import Acceptance, accept
from trainyard.release.golden import Expectation, GoldenRequest, GoldenSuite

SUITE = GoldenSuite(
    schema_version=1,
    repeats=2,
    requests=(
        GoldenRequest(name="one customer", body={"customers": [1], "k": 1}, expect=Expectation(k=1)),
        GoldenRequest(name="refused", body={"k": 1}, expect=Expectation(error_status=400)),
    ),
)


def answered(version: str = "3", products: int = 1) -> dict[str, Any]:
    listed = [{"stock_code": str(number), "score": 1.0} for number in range(products)]
    return {
        "model_version": version,
        "inference_id": "i",
        "recommendations": [{"customer_id": 1, "source": "personal", "products": listed}],
    }


class Runtime:
    """An endpoint that gives these answers in turn, and refuses what names no customers."""

    def __init__(self, *answers: dict[str, Any]) -> None:
        self.answers = list(answers)
        self.requests: list[dict[str, Any]] = []

    def invoke_endpoint(self, **request: Any) -> dict[str, Any]:
        self.requests.append(request)
        if "customers" not in json.loads(request["Body"]):
            answer = {"Error": {"Code": "ModelError", "Message": "400"}, "OriginalStatusCode": 400}
            raise ClientError(answer, "InvokeEndpoint")  # type: ignore[arg-type]
        body = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        return {"Body": io.BytesIO(json.dumps(body).encode())}


def ticks(milliseconds: float) -> Iterator[float]:
    now = 0.0
    while True:
        yield now
        now += milliseconds / 1000


def judged(runtime: Runtime, milliseconds: float = 20.0, limit: float | None = None) -> Acceptance:
    clock = ticks(milliseconds)
    return accept(
        runtime,
        service="shop",
        endpoint="shop-staging",
        version="3",
        suite=SUITE,
        latency_limit_ms=limit,
        timer=lambda: next(clock),
    )


def test_right_answers_are_accepted_with_version_and_latency() -> None:
    found = judged(Runtime(answered()))
    assert (found.failures, found.version, found.latency_p50_ms) == ((), "3", 20.0)
    assert found.document()["passed"] is True
    assert found.requests == 4


def test_a_wrong_answer_is_named_with_its_request() -> None:
    assert judged(Runtime(answered(products=2))).failures == (
        "one customer: customer 1: 1 distinct products expected, 2 given",
    )


def test_one_wrong_answer_among_several_fails_and_is_told_once() -> None:
    found = judged(Runtime(answered(), answered("2"), answered()))
    assert found.failures == ("one customer: model_version is '2', expected '3'",)


def test_latency_decides_only_where_a_limit_is_given() -> None:
    assert judged(Runtime(answered()), milliseconds=500).failures == ()
    assert judged(Runtime(answered()), milliseconds=500, limit=300).failures == (
        "median latency 500 ms is over 300 ms",
    )


def test_every_request_is_marked_as_synthetic() -> None:
    runtime = Runtime(answered())
    judged(runtime)
    assert {request["CustomAttributes"] for request in runtime.requests} == {"synthetic=true"}
    assert {request["EndpointName"] for request in runtime.requests} == {"shop-staging"}


def test_a_missing_endpoint_is_no_wrong_answer_but_an_error() -> None:
    class Missing:
        def invoke_endpoint(self, **request: Any) -> dict[str, Any]:
            raise ClientError({"Error": {"Code": "ValidationError", "Message": "not found"}}, "InvokeEndpoint")

    with pytest.raises(ClientError, match="not found"):
        judged(Missing())  # type: ignore[arg-type]
