import io
import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import numpy as np
import pytest
import urllib3

from localcloud.serving_images import scikit_learn
from localcloud.serving_images.scikit_learn import functions_of, load_script, make_server

Serve = Callable[..., urllib3.HTTPConnectionPool]


class Doubler:
    def predict(self, data: Any) -> Any:
        return np.asarray(data) * 2


def script(**functions: Any) -> ModuleType:
    module = ModuleType("inference")
    vars(module).update({"model_fn": lambda folder: Doubler(), **functions})
    return module


@pytest.fixture
def serve() -> Iterator[Serve]:
    servers = []

    def start(environment: dict[str, str] | None = None, **functions: Any) -> urllib3.HTTPConnectionPool:
        chosen = functions_of(script(**functions))
        server = make_server(0, chosen, chosen.model_fn("/opt/ml/model"), environment or {})
        servers.append(server)
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}).start()
        return urllib3.HTTPConnectionPool("127.0.0.1", server.server_port)

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


def post(pool: urllib3.HTTPConnectionPool, body: Any, content_type: str = "application/json", **headers: str) -> Any:
    return pool.request(
        "POST", "/invocations", body=body, headers={"Content-Type": content_type, **headers}, retries=False
    )


def test_the_defaults_read_and_write_json_csv_and_npy(serve: Serve) -> None:
    pool = serve()
    assert pool.request("GET", "/ping").status == 200
    assert post(pool, "[[1, 2]]").json() == [[2, 4]]
    assert post(pool, "1,2\n3,4", "text/csv", Accept="text/csv").data == b"2.0,4.0\n6.0,8.0\n"
    packed = io.BytesIO()
    np.save(packed, np.array([1.5]))
    answer = post(pool, packed.getvalue(), "application/x-npy", Accept="application/x-npy")
    assert answer.headers["Content-Type"] == "application/x-npy"
    assert np.load(io.BytesIO(answer.data)).tolist() == [3.0]


def test_formats_that_the_defaults_do_not_know_are_refused_by_status(serve: Serve) -> None:
    pool = serve()
    answer = post(pool, b"x", "image/png")
    assert (answer.status, answer.data) == (415, b"Unsupported content type: image/png")
    assert post(pool, "[1]", Accept="image/png").status == 406


def test_the_users_functions_replace_the_defaults(serve: Serve) -> None:
    pool = serve(
        model_fn=lambda folder: SimpleNamespace(folder=folder),
        input_fn=lambda body, kind: json.loads(body)["name"],
        predict_fn=lambda name, model: f"{name} from {model.folder}",
        output_fn=lambda text, accept: (json.dumps({"text": text}), "application/json"),
    )
    assert post(pool, '{"name": "tulip"}').json() == {"text": "tulip from /opt/ml/model"}


def test_transform_fn_answers_alone(serve: Serve) -> None:
    pool = serve(transform_fn=lambda model, body, kind, accept: (f"{kind}>{accept}:{body}", "text/plain"))
    assert post(pool, "[1]").data == b"application/json>application/json:[1]"


def test_a_wsgi_application_as_output_carries_its_own_status(serve: Serve) -> None:
    def refusal(environ: Any, start_response: Any) -> list[bytes]:
        start_response("400 Bad Request", [("Content-Type", "application/problem+json")])
        return [b"{}"]

    answer = post(serve(output_fn=lambda prediction, accept: refusal), "[[1, 2]]")
    assert (answer.status, answer.data, answer.headers["Content-Type"]) == (400, b"{}", "application/problem+json")


def test_an_error_in_the_users_code_is_a_500_that_says_what_happened(serve: Serve, capsys: Any) -> None:
    def broken(data: Any, model: Any) -> Any:
        raise KeyError("stock")

    answer = post(serve(predict_fn=broken), "[1]")
    assert (answer.status, answer.data) == (500, b"KeyError: 'stock'")
    assert "Traceback" in capsys.readouterr().err


def test_a_client_that_accepts_anything_gets_the_configured_format(serve: Serve) -> None:
    pool = serve({"SAGEMAKER_DEFAULT_INVOCATIONS_ACCEPT": "text/csv"})
    assert post(pool, "[1]", Accept="*/*").headers["Content-Type"] == "text/csv"


def test_the_script_is_found_by_its_environment_and_can_import_its_neighbours(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "path", list(sys.path))
    (tmp_path / "neighbour_of_script.py").write_text("answer = 42")
    (tmp_path / "script_of_test.py").write_text("import neighbour_of_script\nmodel_fn = lambda folder: folder")
    environment = {"SAGEMAKER_PROGRAM": "script_of_test.py", "SAGEMAKER_SUBMIT_DIRECTORY": str(tmp_path)}
    assert load_script(environment).neighbour_of_script.answer == 42


@pytest.mark.parametrize(
    ("environment", "message"),
    [
        ({}, "SAGEMAKER_PROGRAM is not set"),
        ({"SAGEMAKER_PROGRAM": "gone.py"}, "there is no /opt/ml/model/code/gone.py"),
        ({"SAGEMAKER_PROGRAM": "a.py", "SAGEMAKER_SUBMIT_DIRECTORY": "s3://b/c.tar.gz"}, "put the code into the model"),
    ],
)
def test_a_script_that_cannot_be_found_is_explained(environment: dict[str, str], message: str) -> None:
    with pytest.raises((ValueError, FileNotFoundError), match=message):
        load_script(environment)


def test_a_model_that_cannot_be_loaded_ends_the_container(tmp_path: Path) -> None:
    (tmp_path / "inference.py").write_text("def predict_fn(data, model): ...")
    ended = subprocess.run(
        [sys.executable, scikit_learn.__file__, "serve"],
        env={**os.environ, "SAGEMAKER_PROGRAM": "inference.py", "SAGEMAKER_SUBMIT_DIRECTORY": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 1
    assert "the model could not be loaded: NotImplementedError: the script has no model_fn" in ended.stderr
