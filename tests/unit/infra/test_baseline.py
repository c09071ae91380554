import gzip
import io
import json
import os
import tarfile
from pathlib import Path
from typing import Any

import pytest

from infra.baseline import inference
from infra.baseline.archive import archive, digest, stored
from recommender.unpacking import unpack

PRODUCTS = [{"stock_code": str(number), "name": f"Product {number}"} for number in range(12)]


@pytest.fixture
def products(tmp_path: Path) -> list[dict[str, str]]:
    with tarfile.open(fileobj=io.BytesIO(archive(PRODUCTS)), mode="r:gz") as tar:
        unpack(tar, tmp_path)
    return inference.model_fn(str(tmp_path))


def answer(products: list[dict[str, str]], body: object, content_type: str = "application/json") -> Any:
    text = body if isinstance(body, (str, bytes)) else json.dumps(body)
    return inference.output_fn(
        inference.predict_fn(inference.input_fn(text, content_type), products), "application/json"
    )


def refusal(answered: Any) -> dict[str, Any]:
    assert isinstance(answered, inference.Refusal)
    return json.loads(answered.body)


def test_the_same_products_give_the_same_bytes() -> None:
    assert archive(PRODUCTS) == archive([dict(product) for product in PRODUCTS])
    assert archive(PRODUCTS) != archive(PRODUCTS[1:])


def test_the_archive_says_nothing_of_the_machine_or_the_hour() -> None:
    content = archive(PRODUCTS)
    with tarfile.open(fileobj=io.BytesIO(content), mode="r:gz") as tar:
        assert [(entry.name, entry.mtime, entry.uid, entry.gid, entry.uname) for entry in tar] == [
            ("code/inference.py", 0, 0, 0, ""),
            ("products.json", 0, 0, 0, ""),
        ]
    assert content[4:8] == b"\0\0\0\0"  # gzip's own time


def test_the_archive_is_stored_and_not_compressed() -> None:
    assert len(archive(PRODUCTS)) > len(gzip.decompress(archive(PRODUCTS)))


def test_a_stored_archive_is_named_by_its_content_and_written_once(tmp_path: Path) -> None:
    path = stored(b"content", tmp_path / "cache")
    os.utime(path, (1, 1))
    assert stored(b"content", tmp_path / "cache") == path
    assert path.stat().st_mtime == 1
    assert path.read_bytes() == b"content"
    assert path.name == f"{digest(b'content')}.tar.gz"
    assert list(path.parent.iterdir()) == [path]


def test_the_cache_lies_outside_of_the_checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert stored(b"content").parent == tmp_path / "trainyard" / "baselines"


def test_every_customer_gets_the_best_products_under_the_version_baseline(products: list[dict[str, str]]) -> None:
    text, content_type = answer(products, {"customers": [17850, 13047]})
    body = json.loads(text)
    assert content_type == "application/json"
    assert body["model_version"] == "baseline"
    assert len(body["inference_id"]) == 36
    assert [entry["customer_id"] for entry in body["recommendations"]] == [17850, 13047]
    for entry in body["recommendations"]:
        assert entry["source"] == "popular"
        assert [product["stock_code"] for product in entry["products"]] == [str(number) for number in range(10)]
        assert entry["products"][0]["name"] == "Product 0"
        scores = [product["score"] for product in entry["products"]]
        assert scores == sorted(scores, reverse=True)


def test_one_customer_and_k_are_understood(products: list[dict[str, str]]) -> None:
    text, _ = answer(products, {"customer_id": 17850, "k": 3})
    (entry,) = json.loads(text)["recommendations"]
    assert len(entry["products"]) == 3


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ("{", "invalid_json"),
        ([], "invalid_request"),
        ({}, "invalid_customers"),
        ({"customers": []}, "invalid_customers"),
        ({"customers": ["x"]}, "invalid_customers"),
        ({"customers": [True]}, "invalid_customers"),
        ({"customers": [1], "k": 0}, "invalid_k"),
        ({"customers": [1], "k": 51}, "invalid_k"),
        ({"customers": [1], "k": "many"}, "invalid_k"),
    ],
)
def test_a_request_that_makes_no_sense_is_refused_by_code(
    products: list[dict[str, str]], body: object, code: str
) -> None:
    refused = refusal(answer(products, body))
    assert refused["error"]["code"] == code
    assert refused["error"]["message"]
    assert refused["model_version"] == "baseline"
    assert refused["inference_id"]


def test_another_content_type_is_refused(products: list[dict[str, str]]) -> None:
    assert refusal(answer(products, "1,2", "text/csv"))["error"]["code"] == "unsupported_content_type"


def test_a_refusal_answers_400_as_a_wsgi_application() -> None:
    started: list[Any] = []
    (body,) = inference.Refusal(b"{}")({}, lambda *arguments: started.append(arguments))
    assert body == b"{}"
    assert started == [("400 Bad Request", [("Content-Type", "application/json"), ("Content-Length", "2")])]


def test_the_inference_code_imports_the_standard_library_only() -> None:
    source = Path(inference.__file__).read_text("utf-8")
    imported = {line.split()[1].split(".")[0] for line in source.splitlines() if line.startswith(("import ", "from "))}
    assert imported == {"json", "uuid", "pathlib", "typing"}
