"""The baseline's inference code, run by AWS's scikit-learn serving image from the model archive.

Only the standard library: the archive has no requirements, and the subnets no way to a package index. The answers have
the schema of every recommender of trainyard, with `model_version` "baseline".
"""

import json
import uuid
from pathlib import Path
from typing import Any

VERSION = "baseline"
DEFAULT_K = 10
LARGEST_K = 50


class Refused(Exception):
    """A request that cannot be answered; answered with status 400."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class Refusal:
    """An answer with status 400.

    A WSGI application, because the image's web framework takes one from `output_fn`, and nothing else that needs no
    import from it can carry a status.
    """

    status_code = 400

    def __init__(self, body: bytes) -> None:
        self.body = body

    def __call__(self, environ: dict[str, Any], start_response: Any) -> list[bytes]:
        """Answer as WSGI asks for."""
        headers = [("Content-Type", "application/json"), ("Content-Length", str(len(self.body)))]
        start_response("400 Bad Request", headers)
        return [self.body]


def model_fn(model_dir: str) -> list[dict[str, str]]:
    """Return the products to recommend, best first."""
    products: list[dict[str, str]] = json.loads((Path(model_dir) / "products.json").read_text("utf-8"))["products"]
    return products


def input_fn(body: str | bytes, content_type: str) -> dict[str, Any]:
    """Return the customers and the number of products asked for, or the error that answers the request."""
    try:
        return _parsed(body, content_type)
    except Refused as refused:
        return {"error": {"code": refused.code, "message": str(refused)}}


def predict_fn(request: dict[str, Any], products: list[dict[str, str]]) -> dict[str, Any]:
    """Return the same products for every customer, or the request's error."""
    answer: dict[str, Any] = {"model_version": VERSION, "inference_id": str(uuid.uuid4())}
    if "error" in request:
        return {"error": request["error"], **answer}
    best = [{**product, "score": round(1 / rank, 6)} for rank, product in enumerate(products[: request["k"]], start=1)]
    answer["recommendations"] = [
        {"customer_id": customer, "source": "popular", "products": best} for customer in request["customers"]
    ]
    return answer


def output_fn(answer: dict[str, Any], accept: str) -> "tuple[str, str] | Refusal":
    """Return the answer as JSON, whatever the caller accepts: there is no other form."""
    text = json.dumps(answer, separators=(",", ":"))
    print(text, flush=True)
    return Refusal(text.encode()) if "error" in answer else (text, "application/json")


def _parsed(body: str | bytes, content_type: str) -> dict[str, Any]:
    if not content_type.startswith("application/json"):
        raise Refused("unsupported_content_type", f"The body is {content_type!r}; application/json is understood.")
    try:
        request = json.loads(body)
    except ValueError as error:
        raise Refused("invalid_json", f"The body is no JSON: {error}.") from error
    if not isinstance(request, dict):
        raise Refused("invalid_request", 'The body is no object such as {"customers": [17850], "k": 10}.')
    customers = [request["customer_id"]] if "customer_id" in request else request.get("customers")
    if not isinstance(customers, list) or not customers or not all(_whole(customer) for customer in customers):
        raise Refused("invalid_customers", "`customers` is a list of whole numbers, at least one.")
    k = request.get("k", DEFAULT_K)
    if not _whole(k) or not 1 <= k <= LARGEST_K:
        raise Refused("invalid_k", f"`k` is {k!r}; a whole number from 1 to {LARGEST_K} is understood.")
    return {"customers": customers, "k": k}


def _whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)
