import io
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.unit.release.plans import GOLDEN
from trainyard.errors import UsageError
from trainyard.release.golden import Expectation, golden_file, load_golden
from trainyard.release.smoke import Asked, agreement, check_answer, run_smoke_tests, unlike

EXPECT = Expectation(customers=1, k=2)


def body(**changes: Any) -> dict[str, Any]:
    products = [{"stock_code": code, "name": code, "score": 0.5} for code in ("A", "B")]
    row = {"customer_id": 1, "source": "personal", "products": products}
    return {"model_version": "3", "inference_id": "i", "recommendations": [row], **changes}


def row(**changes: Any) -> dict[str, Any]:
    return body(recommendations=[{**body()["recommendations"][0], **changes}])


def products(*pairs: tuple[Any, Any]) -> list[dict[str, Any]]:
    return [{"stock_code": code, "score": score} for code, score in pairs]


def test_a_good_answer_passes() -> None:
    assert check_answer(EXPECT, (200, body()), "3") == []


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        ((500, {"error": "x"}), "answered 500"),
        ((200, None), "not a JSON object"),
        ((200, body(model_version="2")), "model_version is '2', expected '3'"),
        ((200, body(inference_id="")), "inference_id is missing"),
        ((200, body(recommendations=[])), "should list 1 customers"),
        ((200, row(products=None)), "no list of products"),
        ((200, row(products=products(("A", 1), ("A", 1)))), "2 distinct products expected"),
        ((200, row(products=products(("A", 1)))), "2 distinct products expected, 1 given"),
        ((200, row(products=products(("A", 1), ("B", float("nan"))))), "not a finite number"),
        ((200, row(products=products(("A", 1), ("B", "1")))), "not a finite number"),
        ((200, row(products=products(("A", 1), (7, 1)))), "has no stock_code"),
    ],
)
def test_each_fault_of_an_answer_is_named(answer: tuple[int, Any], message: str) -> None:
    assert any(message in problem for problem in check_answer(EXPECT, answer, "3"))


def test_a_model_of_other_data_than_it_was_registered_with_fails() -> None:
    told = check_answer(EXPECT, (200, body(data_hash="old")), "3", "new")
    assert told == ["data_hash is 'old', the model was registered with 'new'"]
    assert check_answer(EXPECT, (200, body()), "3", "new")
    assert check_answer(EXPECT, (200, body(data_hash="new")), "3", "new") == []


def test_the_source_is_checked_where_it_is_expected() -> None:
    expect = Expectation(customers=1, k=2, source="popular")
    assert check_answer(expect, (200, body()), "3") == ["customer 1: source is 'personal', expected 'popular'"]


def test_a_request_that_must_be_refused_must_not_be_served() -> None:
    expect = Expectation(error_status=400)
    assert check_answer(expect, (400, None), "3") == []
    assert check_answer(expect, (200, body()), "3") == ["answered 200, expected 400"]


def test_agreement_is_the_share_of_the_champion_s_products() -> None:
    assert agreement(row(products=products(("A", 1), ("C", 1))), body()) == 0.5
    assert agreement(body(), None) is None


class Runtime:
    """Answers like a container; the champion is `shop`, the new model `shop-pre`."""

    def __init__(self, champion_fails: bool = False, breaks_at: int = 0, codes: tuple[str, str] = ("A", "B")) -> None:
        self.requests: list[dict[str, Any]] = []
        self.champion_fails = champion_fails
        self.breaks_at = breaks_at
        self.codes = codes

    def invoke_endpoint(self, **request: Any) -> dict[str, Any]:
        self.requests.append(request)
        if self.champion_fails and request["EndpointName"] == "shop":
            raise ClientError({"Error": {"Code": "ValidationError", "Message": "no endpoint"}}, "InvokeEndpoint")
        if "customers" not in json.loads(request["Body"]):
            answer = {"Error": {"Code": "ModelError", "Message": "400"}, "OriginalStatusCode": 400}
            raise ClientError(answer, "InvokeEndpoint")  # type: ignore[arg-type]
        if request["EndpointName"] == "shop":
            return {"Body": io.BytesIO(json.dumps(body()).encode())}
        if self.breaks_at and sum(one["EndpointName"] != "shop" for one in self.requests) >= self.breaks_at:
            answer = {"Error": {"Code": "ModelError", "Message": "500"}, "OriginalStatusCode": 500}
            raise ClientError(answer, "InvokeEndpoint")  # type: ignore[arg-type]
        answered = row(products=products(*((code, 0.5) for code in self.codes)))
        return {"Body": io.BytesIO(json.dumps(answered).encode())}


def ticks(milliseconds: float) -> Iterator[float]:
    now = 0.0
    while True:
        yield now
        now += milliseconds / 1000


def smoke(runtime: Runtime, milliseconds: float = 20.0, *, compared: bool = True, **changes: Any) -> Any:
    clock = ticks(milliseconds)
    return run_smoke_tests(
        runtime,
        endpoint="shop-pre",
        champion="shop",
        suite=replace(GOLDEN, **changes),
        version="3",
        latency_limit_ms=300,
        compared=compared,
        timer=lambda: next(clock),
    )


def test_all_golden_requests_are_sent_marked_as_synthetic() -> None:
    runtime = Runtime()
    report = smoke(runtime)
    assert (report.passed, report.requests, report.latency_p50_ms, report.agreement) == (True, 2, 20.0, 1.0)
    assert {request["CustomAttributes"] for request in runtime.requests} == {"synthetic=true"}


def test_a_slow_model_fails() -> None:
    assert smoke(Runtime(), milliseconds=301).failures == ("median latency 301 ms is over 300 ms",)


def test_what_breaks_only_after_a_while_breaks_in_the_soak() -> None:
    assert smoke(Runtime(breaks_at=60), soak_requests=100).failures == ("soak: request 57 of 100: answered 500: null",)
    assert smoke(Runtime(breaks_at=60), soak_requests=50).passed


def test_a_soak_is_bounded_in_time_and_does_not_follow_a_failure() -> None:
    runtime = Runtime()
    assert smoke(runtime, milliseconds=250, soak_requests=1000).passed
    assert 20 < len(runtime.requests) < 100
    assert smoke(Runtime(breaks_at=2), soak_requests=100).requests == 2


def test_a_model_that_speaks_of_other_products_fails_unless_it_is_a_rollback() -> None:
    other = Runtime(codes=("0", "1"))
    assert smoke(other, minimum_agreement=0.05).failures == ("0% of products as the champion's, at least 5% expected",)
    assert smoke(other, minimum_agreement=0.05, compared=False).passed
    assert smoke(other).passed


def test_a_model_much_slower_than_the_champion_fails_although_it_keeps_the_limit() -> None:
    def timed(runtime: Runtime) -> Any:
        return smoke(runtime, maximum_latency_ratio=5.0)

    assert timed(Runtime()).passed
    ours = Asked(Runtime(), "shop-pre", lambda: 0.0, latencies=[120.0])
    theirs = Asked(Runtime(), "shop", lambda: 0.0, latencies=[20.0])
    suite = replace(GOLDEN, maximum_latency_ratio=5.0)
    assert unlike(suite, None, ours.latencies, theirs.latencies) == [
        "median latency 120 ms is over 5 times the champion's 20 ms"
    ]
    assert unlike(suite, None, ours.latencies, []) == []


def test_a_champion_in_trouble_says_nothing_against_the_new_model() -> None:
    report = smoke(Runtime(champion_fails=True))
    assert (report.passed, report.agreement) == (True, None)


def test_the_recommender_keeps_golden_requests_that_load() -> None:
    suite = load_golden("recommender")
    assert suite.requests
    assert any(request.expect.error_status == 400 for request in suite.requests)
    assert golden_file("recommender") == Path("src/recommender/golden_requests.json").resolve()


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, "has no golden requests"),
        ("", "do not fit their schema"),
        ('{"schema_version": 1, "requests": []}', "lists none, so it would test nothing"),
        ('{"schema_version": 2, "requests": []}', "schema_version"),
    ],
)
def test_missing_or_empty_golden_requests_are_an_error(tmp_path: Path, content: str | None, message: str) -> None:
    path = tmp_path / "golden.json"
    if content is not None:
        path.write_text(content)
    with pytest.raises(UsageError, match=message):
        load_golden("shop", path)
