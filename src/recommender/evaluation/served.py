"""Integration tests of a trained model: its archive, served by the real server process and asked over HTTP.

What is asked are the golden requests of a release, so a model that its smoke tests would turn away is turned away
before it is registered; and some customers, whose answers must be those that the same model gives in process.
"""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Generator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

from recommender.evaluation.judge import K
from recommender.evaluation.trial import Trial, attempt
from recommender.recommend import Recommenders

GOLDEN = Path(__file__).parents[1] / "golden_requests.json"
START_SECONDS, ANSWER_SECONDS, STOP_SECONDS = 60.0, 10.0, 30.0
CUSTOMERS_COMPARED = 20
VERSION = "challenger"


def integration_tests(root: Path, recommenders: Recommenders) -> list[Trial]:
    """Serve the archive that was unpacked into `root`/model, and return the outcome of each test.

    Args:
        root: what the server takes for /opt/ml.
        recommenders: the same model in process, over the states of its archive.
    """
    golden: list[dict[str, Any]] = json.loads(GOLDEN.read_text())["requests"]
    with _server(root) as (process, address):
        trials = [attempt("integration", "the server starts and answers /ping", partial(_ready, process, address))]
        if trials[0].passed:
            trials += [
                attempt("integration", f"golden request: {one['name']}", partial(_golden, address, one))
                for one in golden
            ]
            same = partial(_as_in_process, address, recommenders)
            trials.append(attempt("integration", "served answers are those of the model in process", same))
            trials.append(attempt("integration", "the server stops when told", partial(_stops, process)))
    return trials


@contextmanager
def _server(root: Path) -> Generator[tuple[subprocess.Popen[bytes], str]]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])
    place = {"SAGEMAKER_BIND_TO_HOST": "127.0.0.1", "SAGEMAKER_BIND_TO_PORT": port, "MODEL_VERSION": VERSION}
    command = [sys.executable, "-m", "recommender", "--opt-ml", str(root), "serve"]
    process = subprocess.Popen(command, env={**os.environ, **place}, stdout=subprocess.DEVNULL)
    try:
        yield process, f"http://127.0.0.1:{port}"
    finally:
        process.kill()
        process.wait()


def _ready(process: subprocess.Popen[bytes], address: str) -> str | None:
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until:
        if process.poll() is not None:
            return f"the server ended with exit code {process.returncode}"
        try:
            with urllib.request.urlopen(f"{address}/ping", timeout=ANSWER_SECONDS):
                return None
        except OSError:
            time.sleep(0.05)
    return f"no answer within {START_SECONDS:.0f} seconds"


def _golden(address: str, request: dict[str, Any]) -> str | None:
    expect: dict[str, Any] = request.get("expect", {})
    status, answer = _ask(address, request["body"])
    wanted = expect.get("error_status", 200)
    if status != wanted:
        return f"answered {status}, expected {wanted}"
    if wanted != 200:
        return None
    rows: list[dict[str, Any]] = answer["recommendations"]
    if answer["model_version"] != VERSION or len(rows) != expect.get("customers", 1):
        return f"answered for {len(rows)} customers as version {answer['model_version']}"
    wrong = [row["customer_id"] for row in rows if not _fits(row, expect)]
    return f"customer {wrong[0]} got another list than expected" if wrong else None


def _fits(row: dict[str, Any], expect: dict[str, Any]) -> bool:
    codes = [product["stock_code"] for product in row["products"]]
    source = expect.get("source") or row["source"]
    return len(codes) == len(set(codes)) == expect.get("k", K) and row["source"] == source


def _as_in_process(address: str, recommenders: Recommenders) -> str | None:
    for new_only, recommender in ((False, recommenders.general), (True, recommenders.discovery)):
        customers = recommender.state.customers[:CUSTOMERS_COMPARED].tolist()
        _, answer = _ask(address, {"customers": customers, "k": K, "new_only": new_only})
        served = [[product["stock_code"] for product in row["products"]] for row in answer["recommendations"]]
        codes: list[str] = recommender.state.products.tolist()
        ranked = [[codes[at] for at in ranking.products] for ranking in recommender.recommend(customers, K)]
        if served != ranked:
            return f"the server ranks {'new products' if new_only else 'products'} otherwise than the model in process"
    return None


def _stops(process: subprocess.Popen[bytes]) -> str | None:
    process.send_signal(signal.SIGTERM)
    code = process.wait(timeout=STOP_SECONDS)
    return None if code == 0 else f"exit code {code} after SIGTERM"


def _ask(address: str, body: dict[str, Any]) -> tuple[int, Any]:
    request = urllib.request.Request(
        f"{address}/invocations", json.dumps(body).encode(), {"Content-Type": "application/json"}
    )
    try:
        with urllib.request.urlopen(request, timeout=ANSWER_SECONDS) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as refused:
        return refused.code, None
