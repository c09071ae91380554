"""The service: an ASGI application over a model in memory."""

import asyncio
import json
import math
import time
from collections import Counter
from typing import Any

import numpy as np
import numpy.typing as npt
from starlette.applications import Starlette
from starlette.requests import Request as HttpRequest
from starlette.responses import Response
from starlette.routing import Route

from recommender.recommend import Ranking, Reason, Recommenders
from recommender.serving.fresh import NOT_KNOWN, Fresh, OnlineStore
from recommender.serving.inference_id import HEADER, inference_id
from recommender.serving.log import log_line
from recommender.serving.requests import MAXIMUM_BYTES, BadRequest, Request, parse_request


class Service:
    """Answers requests and writes a line about each."""

    def __init__(
        self,
        recommenders: Recommenders,
        names: npt.NDArray[np.str_],
        model_version: str,
        data_hash: str,
        online_store: OnlineStore,
    ) -> None:
        self._recommenders = recommenders
        self._codes: list[str] = recommenders.general.state.products.tolist()
        self._names: list[str] = names.tolist()
        self._version = model_version
        self._data_hash = data_hash
        self._online_store = online_store

    def application(self) -> Starlette:
        """Return the ASGI application."""
        return Starlette(
            routes=[
                Route("/ping", self.ping, methods=["GET"]),
                Route("/invocations", self.invocations, methods=["POST"]),
            ],
            exception_handlers={404: self.no_such_path, 405: self.wrong_method},
        )

    async def ping(self, request: HttpRequest) -> Response:
        """Say that the model is loaded: nothing listens before it is."""
        return self._response(200, {"status": "ok"}, inference_id(request.headers.get(HEADER)))

    async def invocations(self, request: HttpRequest) -> Response:
        """Answer with each customer's best products."""
        start = time.perf_counter()
        identifier = inference_id(request.headers.get(HEADER))
        customers, error, told = 0, {}, {}
        try:
            asked = parse_request(await _body(request))
            customers = len(asked.customers)
            # In a thread: meanwhile, requests that ask for nothing fresh are answered.
            fresh = await asyncio.to_thread(self._online_store.of, asked.customers) if asked.fresh else None
            told = {} if fresh is None else _counted(fresh, self._online_store)
            answer: dict[str, Any] = {"recommendations": self.recommend(asked, fresh)}
            answer["data_hash"] = self._data_hash
            status = 200
        except BadRequest as refused:
            error = {"code": refused.code, "message": refused.message}
            answer, status = {"error": error}, 400
        except Exception as failed:
            error = {"code": "internal", "message": f"{type(failed).__name__}: {failed}"}
            answer, status = {"error": error | {"message": "the model failed on this request"}}, 500
        log_line(
            "request",
            inference_id=identifier,
            model_version=self._version,
            customers=customers,
            latency_ms=round((time.perf_counter() - start) * 1000, 3),
            status=status,
            **told,
            **({"error": error} if error else {}),
        )
        return self._response(status, answer, identifier)

    def recommend(self, asked: Request, fresh: Fresh | None = None) -> list[dict[str, Any]]:
        """Return the answer's `recommendations`; where fresh features were asked for, each says what it was made of."""
        which = self._recommenders.discovery if asked.new_only else self._recommenders.general
        features = fresh.features if fresh else None
        rankings = which.recommend(asked.customers, asked.k, features)
        answers = [self._describe(ranking) for ranking in rankings]
        if asked.explain:
            for ranking, answer in zip(rankings, answers, strict=True):
                for product, reasons in zip(answer["products"], which.because(ranking, fresh=features), strict=True):
                    product["because"] = [_reason(reason) for reason in reasons]
        if fresh is None:
            return answers
        return [answer | _made_of(ranking, fresh) for ranking, answer in zip(rankings, answers, strict=True)]

    def _describe(self, ranking: Ranking) -> dict[str, Any]:
        pairs = zip(ranking.products.tolist(), ranking.scores.tolist(), strict=True)
        products = [
            {"stock_code": self._codes[at], "name": self._names[at], "score": round(score, 6)} for at, score in pairs
        ]
        return {"customer_id": ranking.customer, "source": ranking.source, "products": products}

    async def no_such_path(self, request: HttpRequest, _: Exception) -> Response:
        """Answer a path that is not served."""
        return self._refusal(request, 404, "not_found", "paths served are GET /ping and POST /invocations")

    async def wrong_method(self, request: HttpRequest, _: Exception) -> Response:
        """Answer a method that a path does not know."""
        return self._refusal(request, 405, "method", "use GET /ping and POST /invocations")

    def _refusal(self, request: HttpRequest, status: int, code: str, message: str) -> Response:
        identifier = inference_id(request.headers.get(HEADER))
        return self._response(status, {"error": {"code": code, "message": message}}, identifier)

    def _response(self, status: int, answer: dict[str, Any], identifier: str) -> Response:
        document = {"model_version": self._version, "inference_id": identifier, **answer}
        headers = {
            "x-model-version": self._version,
            HEADER: identifier,
            # The one header of a container that SageMaker hands on to the caller.
            "x-amzn-sagemaker-custom-attributes": f"model_version={self._version},inference_id={identifier}",
        }
        content = json.dumps(document, separators=(",", ":"))
        return Response(content, status_code=status, headers=headers, media_type="application/json")


def _reason(reason: Reason) -> dict[str, Any]:
    value = round(reason.value, 4) if math.isfinite(reason.value) else None
    return {"feature": reason.feature, "value": value, "contribution": round(reason.contribution, 4)}


def _made_of(ranking: Ranking, fresh: Fresh) -> dict[str, str]:
    reason = fresh.reasons.get(ranking.customer, "" if ranking.source == "personal" else NOT_KNOWN)
    return {"features": "model", "features_reason": reason} if reason else {"features": "fresh"}


def _counted(fresh: Fresh, store: OnlineStore) -> dict[str, Any]:
    """Return what the log says of a request for fresh features."""
    told: dict[str, Any] = {"fresh": len(fresh.features), "fresh_fallbacks_total": store.fallbacks}
    return told | ({"fresh_missed": Counter(fresh.reasons.values())} if fresh.reasons else {})


async def _body(request: HttpRequest) -> bytes:
    """Read the body, but no more than is needed to know that it is too large."""
    body = bytearray()
    async for part in request.stream():
        body += part
        if len(body) > MAXIMUM_BYTES:
            break
    return bytes(body)
