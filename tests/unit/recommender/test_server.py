import json
import os
import signal
import subprocess
import sys
import time
import urllib.request

from tests.unit.recommender.synthetic import Run


def test_the_server_listens_where_it_is_told_and_ends_well_on_sigterm(run: Run) -> None:
    import socket

    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = os.environ | {"SAGEMAKER_BIND_TO_PORT": str(port), "MODEL_VERSION": "5"}
    command = [sys.executable, "-m", "recommender", "--opt-ml", str(run.step("train").root), "serve"]
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        assert json.loads(server.stdout.readline())["event"] == "loaded"
        answer = ping_until(port, deadline=time.monotonic() + 30)
        server.send_signal(signal.SIGTERM)
        rest = server.stdout.read()
        assert server.wait() == 0
    assert answer["model_version"] == "5"
    assert json.loads(rest.splitlines()[-1])["event"] == "stopped"


def ping_until(port: int, deadline: float) -> dict[str, str]:
    while True:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/ping") as answer:
                return json.loads(answer.read())
        except OSError:
            assert time.monotonic() < deadline, "the server never listened"
            time.sleep(0.05)
