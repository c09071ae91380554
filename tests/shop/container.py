"""A serving container in thirty lines: answers the recommender's schema, and misbehaves as its environment says."""

import json
import os
import sys
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

PRODUCTS = [{"stock_code": f"P{number}", "name": f"product {number}", "score": 1.0 / number} for number in range(1, 11)]


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # an answer of two writes would wait 40 ms for the first one's acknowledgement

    def do_GET(self) -> None:
        self.answer(200, {})

    def do_POST(self) -> None:
        request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        synthetic = "synthetic=true" in (self.headers.get("X-Amzn-SageMaker-Custom-Attributes") or "")
        if not synthetic:
            time.sleep(float(os.environ.get("SLOW_WHEN_LIVE", 0)))
        if "customers" not in request:
            return self.answer(400, {"error": {"code": "invalid", "message": "no customers"}})
        products = PRODUCTS[: request.get("k", 10)]
        if os.environ.get("BROKEN"):
            products = products[:1] * len(products)
        rows = [{"customer_id": who, "source": "popular", "products": products} for who in request["customers"]]
        version = os.environ.get("MODEL_VERSION", "baseline")
        return self.answer(200, {"model_version": version, "inference_id": "i", "recommendations": rows})

    def answer(self, status: int, content: object) -> None:
        body = json.dumps(content).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        pass


if __name__ == "__main__":
    if os.environ.get("REFUSE_TO_START"):
        sys.exit("the model is broken")
    ThreadingHTTPServer.daemon_threads = True
    ThreadingHTTPServer.request_queue_size = 128
    ThreadingHTTPServer(("127.0.0.1", int(os.environ["SAGEMAKER_BIND_TO_PORT"])), Handler).serve_forever()
