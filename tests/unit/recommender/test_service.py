import asyncio
import json

import httpx
import pyarrow.parquet as parquet
import pytest

from recommender.features.state import State
from recommender.serving.server import load_service
from recommender.serving.service import Service
from tests.unit.recommender.synthetic import Run
from trainyard.batch.asking import DEFAULT_K, Asked, check_answers, requests

HEADER = "x-amzn-sagemaker-inference-id"


@pytest.fixture(scope="module")
def state(run: Run) -> State:
    return State.load(run.step("train").model / "states" / "general")


class Client:
    """Calls an application in process."""

    def __init__(self, service: Service) -> None:
        self._transport = httpx.ASGITransport(service.application(), raise_app_exceptions=False)

    def request(self, method: str, path: str, **arguments: object) -> httpx.Response:
        async def call() -> httpx.Response:
            async with httpx.AsyncClient(transport=self._transport, base_url="http://model") as client:
                return await client.request(method, path, **arguments)

        return asyncio.run(call())


@pytest.fixture(scope="module")
def client(run: Run) -> Client:
    return Client(load_service(run.step("train"), "7"))


def ask(client: Client, body: object, **headers: str) -> tuple[int, dict[str, object]]:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    answer = client.request("POST", "/invocations", content=content, headers=headers)
    return answer.status_code, answer.json()


def test_ping_answers_once_the_model_is_loaded(client: Client) -> None:
    assert client.request("GET", "/ping").status_code == 200


def test_a_known_customer_gets_k_different_products_best_first(client: Client, state: State) -> None:
    status, answer = ask(client, {"customer_id": int(state.customers[0]), "k": 12})
    (one,) = answer["recommendations"]
    scores = [product["score"] for product in one["products"]]
    assert (status, one["source"], len(scores)) == (200, "personal", 12)
    assert scores == sorted(scores, reverse=True)
    assert len({product["stock_code"] for product in one["products"]}) == 12
    assert all(product["name"] for product in one["products"])


def test_every_answer_names_the_data_that_its_model_was_made_from(client: Client, run: Run) -> None:
    _, answer = ask(client, {"customer_id": 1})
    assert answer["data_hash"] == run.read("ingest", "snapshot", "snapshot.json")["data_hash"]


def test_an_unknown_customer_gets_the_popular_products(client: Client, state: State) -> None:
    _, answer = ask(client, {"customer_id": 1})
    (one,) = answer["recommendations"]
    assert one["source"] == "popular"
    assert [product["stock_code"] for product in one["products"]] == state.products[state.popular[:10]].tolist()


def test_several_customers_are_answered_in_the_order_asked_and_as_if_alone(client: Client, state: State) -> None:
    customers = [int(state.customers[5]), 1, int(state.customers[2])]
    _, together = ask(client, {"customers": customers, "k": 5})
    alone = [ask(client, {"customer_id": customer, "k": 5})[1]["recommendations"][0] for customer in customers]
    assert together["recommendations"] == alone


def test_a_batch_is_answered_line_by_line_as_its_answers_are_checked(client: Client, run: Run, state: State) -> None:
    ids = [*range(50), *map(int, state.customers[:200])]
    snapshot = run.read("ingest", "snapshot", "snapshot.json")
    asked = Asked(ids=ids, k=DEFAULT_K, version="7", data_hash=str(snapshot["data_hash"]))
    lines = (client.request("POST", "/invocations", content=line.strip()).content for line in requests(ids, DEFAULT_K))
    assert check_answers((line + b"\n" for line in lines), asked, "here").customers == len(set(ids))


def test_a_hundred_customers_are_answered_and_one_more_is_refused(client: Client, state: State) -> None:
    customers = [int(state.customers[0])] * 101
    assert ask(client, {"customers": customers[:100]})[0] == 200
    status, answer = ask(client, {"customers": customers})
    assert status == 400
    assert answer["error"]["message"] == "101 customers asked for; allowed are 1 to 100 in one request"


def test_even_fifty_products_are_found_in_a_small_shop(client: Client, state: State) -> None:
    _, answer = ask(client, {"customers": [int(state.customers[0]), 1], "k": 50})
    assert [len(one["products"]) for one in answer["recommendations"]] == [50, 50]


def test_new_only_names_nothing_that_the_customer_ever_bought(client: Client, run: Run, state: State) -> None:
    purchases = parquet.read_table(run.step("features").processing_output("features") / "purchases.parquet").to_pylist()
    customers = state.customers[:20].tolist()
    _, answer = ask(client, {"customers": customers, "k": 10, "new_only": True})
    for one in answer["recommendations"]:
        bought = {row["product"] for row in purchases if row["customer"] == one["customer_id"]}
        offered = [product["stock_code"] for product in one["products"]]
        assert (one["source"], len(offered)) == ("personal", 10)
        assert not bought & set(offered)
    _, both = ask(client, {"customers": customers, "k": 10, "new_only": False})
    assert both["recommendations"] == ask(client, {"customers": customers, "k": 10})[1]["recommendations"]
    assert both["recommendations"] != answer["recommendations"]


@pytest.mark.parametrize("new_only", [False, True])
def test_an_explained_answer_names_what_moved_each_score_most(client: Client, state: State, new_only: bool) -> None:
    question = {"customers": [int(state.customers[0]), 1], "k": 5, "new_only": new_only}
    _, plain = ask(client, question)
    _, explained = ask(client, question | {"explain": True})
    personal, popular = explained["recommendations"]
    for product in personal["products"]:
        moved = [abs(reason["contribution"]) for reason in product["because"]]
        assert moved == sorted(moved, reverse=True)
        assert (len(moved), moved[0] > 0) == (3, True)
        assert {"feature", "value", "contribution"} == set(product["because"][0])
    assert [product["because"] for product in popular["products"]] == [[]] * 5
    without = [{name: product[name] for name in ("stock_code", "name", "score")} for product in personal["products"]]
    assert without == plain["recommendations"][0]["products"]


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b"", "the body is not JSON"),
        (b"\xff\xfe", "the body is not JSON"),
        (b"[" * 60_000, "the body is not JSON"),
        (b" " * 70_000, "the body has 70000 bytes; at most 65536 are read"),
        ([1], "the body must be a JSON object"),
        ({}, "give either customers (a list of ids) or customer_id (one id)"),
        ({"customers": [1], "customer_id": 1}, "give either customers (a list of ids) or customer_id (one id)"),
        ({"customers": []}, "0 customers asked for"),
        ({"customers": 1}, "customers must be a list of ids, not a whole number"),
        ({"customers": ["1"]}, "a customer id must be a whole number, not text"),
        ({"customers": [True]}, "a customer id must be a whole number, not true or false"),
        ({"customers": [1.0]}, "a customer id must be a whole number, not a fraction"),
        ({"customers": [None]}, "a customer id must be a whole number, not null"),
        ({"customers": [{}]}, "a customer id must be a whole number, not an object"),
        ({"customer_id": -1}, "a customer id must be between 0 and"),
        ({"customer_id": 2**64}, "a customer id must be between 0 and"),
        ({"customer_id": 1, "k": 0}, "k is 0; allowed are 1 to 50"),
        ({"customer_id": 1, "k": 51}, "k is 51; allowed are 1 to 50"),
        ({"customer_id": 1, "k": 10**400}, "k is too large; allowed are 1 to 50"),
        ({"customer_id": 1, "k": "10"}, "k must be a whole number from 1 to 50, not text"),
        ({"customer_id": 1, "new_only": 1}, "new_only must be true or false, not a whole number"),
        ({"customer_id": 1, "n": 10}, "unknown field n; known are customers, customer_id, k, new_only, explain, fresh"),
        ({"customer_id": 1, "explain": "yes"}, "explain must be true or false, not text"),
        (
            {"customers": [1] * 11, "explain": True},
            "11 customers asked for; with explain at most 10 are allowed",
        ),
    ],
)
def test_bad_input_is_refused_with_what_is_allowed(client: Client, body: object, message: str) -> None:
    status, answer = ask(client, body)
    assert status == 400
    assert answer["error"]["message"].startswith(message)


@pytest.mark.parametrize(
    ("method", "path", "status"), [("GET", "/invocations", 405), ("GET", "/x", 404), ("GET", "/ping", 200)]
)
def test_every_answer_carries_version_and_id_in_body_and_headers(
    client: Client, method: str, path: str, status: int
) -> None:
    answer = client.request(method, path, headers={HEADER: "order-17"})
    assert answer.status_code == status
    assert (answer.json()["model_version"], answer.json()["inference_id"]) == ("7", "order-17")
    assert (answer.headers["x-model-version"], answer.headers[HEADER]) == ("7", "order-17")


def test_an_error_carries_version_and_id_too(client: Client) -> None:
    answer = client.request("POST", "/invocations", content=b"x", headers={HEADER: "order-18"})
    assert (answer.json()["model_version"], answer.json()["inference_id"]) == ("7", "order-18")
    assert (answer.headers["x-model-version"], answer.headers[HEADER]) == ("7", "order-18")


@pytest.mark.parametrize("given", ["a b", "x" * 65, ""])
def test_an_id_that_cannot_go_into_a_header_is_replaced(client: Client, given: str) -> None:
    assert ask(client, {"customer_id": 1}, **{HEADER: given})[1]["inference_id"] not in (given, "")


def test_each_request_is_one_line_of_json(client: Client, capfd: pytest.CaptureFixture[str]) -> None:
    ask(client, {"customers": [1, 2]}, **{HEADER: "good"})
    ask(client, {"customers": []}, **{HEADER: "bad"})
    good, bad = (json.loads(line) for line in capfd.readouterr().out.splitlines())
    assert set(good) == {"time", "event", "inference_id", "model_version", "customers", "latency_ms", "status"}
    assert (good["inference_id"], good["customers"], good["status"]) == ("good", 2, 200)
    assert (bad["inference_id"], bad["status"], bad["error"]["code"]) == ("bad", 400, "customers")


def test_a_failing_model_answers_500_without_telling_its_insides(run: Run, capfd: pytest.CaptureFixture[str]) -> None:
    service = load_service(run.step("train"), "7")

    def fail(*_: object) -> None:
        raise RuntimeError("a secret path")

    service.recommend = fail  # type: ignore[method-assign]
    status, answer = ask(Client(service), {"customer_id": 1})
    assert (status, answer["error"]["message"]) == (500, "the model failed on this request")
    assert "a secret path" in capfd.readouterr().out
