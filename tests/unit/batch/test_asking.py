import hashlib
import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recommender.serving.requests import DEFAULT_K as ITS_DEFAULT_K
from recommender.serving.requests import MAXIMUM_BYTES, MAXIMUM_CUSTOMERS, parse_request
from recommender.serving.requests import MAXIMUM_K as ITS_MAXIMUM_K
from trainyard.batch.asking import CUSTOMERS_A_REQUEST, DEFAULT_K, MAXIMUM_K, Asked, check_answers, requests
from trainyard.errors import TrainyardError

ASKED = Asked(ids=range(250), k=2, version="3", data_hash="da7a")


def answer(first: int, last: int, **changes: Any) -> dict[str, Any]:
    products = [{"stock_code": f"P{number}", "score": 0.5} for number in range(2)]
    rows = [{"customer_id": one, "products": products} for one in range(first, last)]
    return {"model_version": "3", "inference_id": "i", "data_hash": "da7a", "recommendations": rows, **changes}


GOOD = [answer(0, 100), answer(100, 200), answer(200, 250)]


def file(*answers: Any) -> bytes:
    return b"".join(json.dumps(one).encode() + b"\n" for one in answers)


def wrong(content: bytes) -> str:
    with pytest.raises(TrainyardError) as refused:
        check_answers([content], ASKED, "s3://b/out")
    return str(refused.value)


@given(st.lists(st.integers(0, 2**63 - 1), min_size=1, max_size=450), st.integers(1, MAXIMUM_K))
def test_the_recommender_takes_every_line_and_is_asked_for_every_customer_in_order(ids: list[int], k: int) -> None:
    asked = [parse_request(line.removesuffix(b"\n")) for line in requests(ids, k)]
    assert [one for each in asked for one in each.customers] == ids
    assert {each.k for each in asked} == {k}


def test_the_limits_are_the_recommenders() -> None:
    assert (CUSTOMERS_A_REQUEST, DEFAULT_K, MAXIMUM_K) == (MAXIMUM_CUSTOMERS, ITS_DEFAULT_K, ITS_MAXIMUM_K)
    (longest,) = requests([2**63 - 1 - number for number in range(CUSTOMERS_A_REQUEST)], MAXIMUM_K)
    assert len(longest) < MAXIMUM_BYTES


@given(st.integers(1, 5000))
def test_answers_that_fit_are_known_by_their_hash_however_they_are_cut(size: int) -> None:
    content = file(*GOOD)
    blocks: Iterator[bytes] = (content[at : at + size] for at in range(0, len(content), size))
    checked = check_answers(blocks, ASKED, "s3://b/out")
    assert (checked.customers, checked.sha256) == (250, hashlib.sha256(content).hexdigest())


@pytest.mark.parametrize(
    ("answers", "message"),
    [
        (GOOD[:2], "it ends after 2 lines, and more were asked"),
        ([], "it ends after 0 lines"),
        ([*GOOD, answer(0, 1)], "it has more lines than the 3 that were asked"),
        ([GOOD[1], GOOD[0], GOOD[2]], "line 1 is about other customers than were asked"),
        ([GOOD[0], answer(100, 199), GOOD[2]], "line 2 is wrong: recommendations should list 100 customers"),
        ([answer(0, 100, model_version="2")], "line 1 is wrong: model_version is '2', expected '3'"),
        ([answer(0, 100, data_hash="0")], "line 1 is wrong: data_hash is '0'"),
        ([{"error": {"code": "internal"}}], "line 1 is wrong"),
        (["text"], "line 1 is wrong: the answer is not a JSON object"),
    ],
)
def test_an_answer_that_is_not_what_was_asked_for_is_named_by_its_line(answers: list[Any], message: str) -> None:
    assert message in wrong(file(*answers))


def test_what_is_no_json_is_no_answer() -> None:
    assert "line 2 is not JSON" in wrong(file(GOOD[0]) + b"<html>\n")
