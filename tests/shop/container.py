"""A small serving container: answers the recommender's schema, and misbehaves as its environment says."""

import json
import os
import resource
import sys
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

MODEL_FILE = Path("/opt/ml/model/model.json")
MEBIBYTE = 2**20
LEAK = 8 * MEBIBYTE
MEMORY = 768 * MEBIBYTE
"""Of the instance, for the fault that outgrows it."""

FAULT = os.environ.get("FAULT", "")
ANSWERED = [0]
LEAKED: list[bytearray] = []


def products(k: int) -> list[dict[str, object]]:
    """Return the products of every customer, as the model would rank them."""
    code = "{}" if FAULT == "wrong product ids" else "P{}"
    score = float("nan") if FAULT == "NaN" else 1.0
    found = [
        {"stock_code": code.format(number), "name": f"product {number}", "score": score / number}
        for number in range(1, k + 1)
    ]
    wears_out = int(os.environ.get("BREAKS_AFTER", 0))  # more than the smoke tests ask
    return found[:1] * k if os.environ.get("BROKEN") or (wears_out and ANSWERED[0] > wears_out) else found


def answer_to(request: dict[str, object]) -> dict[str, object]:
    """Return the answer to a request that names customers."""
    told = {
        "model_version": os.environ.get("MODEL_VERSION", "baseline"),
        "inference_id": "i",
        "data_hash": os.environ.get("DATA_HASH", ""),
    }
    customers = request["customers"]
    if FAULT == "wrong schema":
        return {**told, "items": [product["stock_code"] for product in products(10)]}
    if FAULT == "empty answers":
        return {**told, "recommendations": []}
    ranked = products(int(str(request.get("k", 10))))
    assert isinstance(customers, list)
    rows = [{"customer_id": who, "source": "popular", "products": ranked} for who in customers]
    return {**told, "recommendations": rows}


def misbehave() -> None:
    """Do what the fault does to the process at each request."""
    ANSWERED[0] += 1
    if FAULT == "crashes on the 100th request" and ANSWERED[0] >= 100:
        os._exit(1)
    if FAULT == "memory leak":
        LEAKED.append(bytearray(LEAK))
    if FAULT == "ten times slower":
        time.sleep(0.05)


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
        misbehave()
        if "customers" not in request:
            return self.answer(400, {"error": {"code": "invalid", "message": "no customers"}})
        return self.answer(200, answer_to(request))

    def answer(self, status: int, content: object) -> None:
        body = json.dumps(content).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        pass


def start_badly() -> None:
    """Fail before serving, as the fault says."""
    if os.environ.get("REFUSE_TO_START") or FAULT == "crashes on load":
        sys.exit("the model is broken")
    if FAULT == "missing file":
        MODEL_FILE.read_text()
    if FAULT == "wrong architecture":
        # The head of a program of 64 bits for a machine that nobody has (EM_NONE).
        program = Path(os.environ.get("TMPDIR", "/tmp")) / f"foreign-{os.getpid()}"
        program.write_bytes(b"\x7fELF\x02\x01\x01" + bytes(9) + b"\x02\x00\x00\x00" + bytes(44))
        program.chmod(0o700)
        try:
            os.execv(program, [str(program)])
        finally:
            program.unlink()
    if FAULT == "memory leak":
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))


if __name__ == "__main__":
    start_badly()
    ThreadingHTTPServer.daemon_threads = True
    ThreadingHTTPServer.request_queue_size = 128
    ThreadingHTTPServer(("127.0.0.1", int(os.environ["SAGEMAKER_BIND_TO_PORT"])), Handler).serve_forever()
