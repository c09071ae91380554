"""The contract of a serving container: one suite for processes and for built images."""

import json
import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from localcloud.processes import start_process, stop_process
from tests.containers.chain import Chain
from tests.containers.runners import DEFAULT, Runner, copied, run

pytestmark = pytest.mark.timeout(900)  # the first test waits for both images to be built
ID = "X-Amzn-SageMaker-Inference-Id"
STARTS_WITHIN = 30.0
"""Seconds on a busy laptop; SageMaker waits eight minutes for /ping."""


@dataclass(frozen=True)
class Server:
    """A running server."""

    process: "subprocess.Popen[bytes]"
    program: int
    port: int

    def ask(self, body: Any, **headers: str) -> httpx.Response:
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        return httpx.post(f"http://127.0.0.1:{self.port}/invocations", content=content, headers=headers)

    def get(self, path: str) -> httpx.Response:
        return httpx.get(f"http://127.0.0.1:{self.port}{path}")


def started(runner: Runner, opt_ml: Path) -> Server:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = {"SAGEMAKER_BIND_TO_PORT": str(port), "MODEL_VERSION": "7"}
    begun = time.monotonic()
    process = start_process(runner.spec("serving", [*DEFAULT, "serve"], opt_ml, environment))
    while True:
        try:
            httpx.get(f"http://127.0.0.1:{port}/ping").raise_for_status()
            return Server(process, runner.program(process), port)
        except httpx.TransportError:
            if process.poll() is not None or time.monotonic() > begun + STARTS_WITHIN:
                stop_process(process, 0)
                pytest.fail(f"the server did not start: {process.stdout.read().decode()[-2000:]}")
            time.sleep(0.02)


@pytest.fixture(scope="module")
def model(chain: Chain, tmp_path_factory: pytest.TempPathFactory) -> Path:
    opt_ml = tmp_path_factory.mktemp("serving")
    copied(chain.model, opt_ml / "model")
    return opt_ml


@pytest.fixture(scope="module")
def server(runner: Runner, model: Path) -> Iterator[Server]:
    running = started(runner, model)
    yield running
    stop_process(running.process, 0)
    running.process.stdout.close()


@pytest.fixture(scope="module")
def customer(chain: Chain) -> int:
    import numpy as np

    return int(np.load(chain.model / "states" / "general" / "customers.npy")[0])


def test_ping_answers(server: Server) -> None:
    answer = server.get("/ping")
    assert (answer.status_code, answer.json()["status"]) == (200, "ok")


def test_a_known_customer_is_offered_ten_products(server: Server, customer: int) -> None:
    answer = server.ask({"customers": [customer]})
    assert answer.status_code == 200
    (row,) = answer.json()["recommendations"]
    assert (row["customer_id"], row["source"], len(row["products"])) == (customer, "personal", 10)


def test_an_answer_says_which_model_gave_it_and_under_which_id(server: Server, customer: int) -> None:
    answer = server.ask({"customers": [customer]}, **{ID: "mine-1"})
    content = answer.json()
    assert (content["model_version"], content["inference_id"]) == ("7", "mine-1")
    assert (answer.headers["x-model-version"], answer.headers[ID]) == ("7", "mine-1")
    assert answer.headers["x-amzn-sagemaker-custom-attributes"] == "model_version=7,inference_id=mine-1"
    assert server.ask({"customers": [customer]}).json()["inference_id"] not in ("", "mine-1")


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"{", "not_json"),
        ([], "not_an_object"),
        ({}, "customers"),
        ({"customers": ["a"]}, "customers"),
        ({"customers": [1], "k": 0}, "k"),
        ({"customers": [1], "colour": "red"}, "unknown_field"),
        (b" " * 70_000, "too_large"),
    ],
)
def test_bad_input_is_refused_with_a_reason(server: Server, body: Any, code: str) -> None:
    answer = server.ask(body)
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, code)
    assert answer.json()["error"]["message"]


def test_other_paths_and_methods_are_refused(server: Server) -> None:
    assert server.get("/").status_code == 404
    assert server.get("/invocations").status_code == 405


def test_sigterm_ends_the_server_in_time(runner: Runner, model: Path) -> None:
    running = started(runner, model)
    os.kill(running.program, signal.SIGTERM)
    try:
        assert running.process.wait(timeout=25) == 0
        lines = running.process.stdout.read().decode().splitlines()
    finally:
        stop_process(running.process, 0)
        running.process.stdout.close()
    assert [json.loads(line)["event"] for line in (lines[0], lines[-1])] == ["loaded", "stopped"]


def test_without_a_model_the_server_says_so_and_ends(runner: Runner, tmp_path: Path) -> None:
    (tmp_path / "ml" / "model").mkdir(parents=True)
    ended = run(runner, "serving", ["serve"], tmp_path / "ml")
    assert ended.code == 1
    assert "serve failed: the model in /opt/ml/model cannot be read" in ended.output
