"""The server of AWS's scikit-learn serving image: the user's four functions behind `/ping` and `/invocations`.

The user's script lies in the model archive: `SAGEMAKER_SUBMIT_DIRECTORY` (default `/opt/ml/model/code`) holds
`SAGEMAKER_PROGRAM`. It gives `model_fn`, and may replace the defaults of `input_fn`, `predict_fn` and `output_fn`, or
all three by `transform_fn`, as AWS's image allows. Only the standard library is needed; numpy where a default uses it.
"""

import importlib.util
import io
import json
import os
import sys
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple

JSON = "application/json"
CSV = "text/csv"
NPY = "application/x-npy"
_DEFAULT_MODEL_FOLDER = "/opt/ml/model"
_DEFAULT_PORT = "8080"


class UnsupportedFormatError(Exception):
    """A content type that the functions in force cannot read or write."""

    def __init__(self, content_type: str, status: HTTPStatus) -> None:
        super().__init__(f"Unsupported content type: {content_type}")
        self.status = status


@dataclass(frozen=True, kw_only=True)
class Functions:
    """The functions that answer a request."""

    model_fn: Callable[[str], Any]
    input_fn: Callable[[Any, str], Any]
    predict_fn: Callable[[Any, Any], Any]
    output_fn: Callable[[Any, str], Any]
    transform_fn: Callable[[Any, Any, str, str], Any] | None = None


class Answer(NamedTuple):
    """What a request is answered with."""

    content: bytes
    kind: str
    status: HTTPStatus = HTTPStatus.OK


def default_input(body: Any, content_type: str) -> Any:
    """Decode JSON, CSV or npy to an array.

    Raises:
        UnsupportedFormatError: another content type (415).
    """
    import numpy as np

    plain = content_type.partition(";")[0].strip().lower()
    if plain == JSON:
        return np.array(json.loads(body))
    if plain == CSV:
        text = body if isinstance(body, str) else bytes(body).decode()
        return np.genfromtxt(io.StringIO(text), delimiter=",")
    if plain == NPY:
        return np.load(io.BytesIO(body), allow_pickle=False)
    raise UnsupportedFormatError(content_type, HTTPStatus.UNSUPPORTED_MEDIA_TYPE)


def default_predict(data: Any, model: Any) -> Any:
    """Return what the model predicts for the data."""
    return model.predict(data)


def default_output(prediction: Any, accept: str) -> tuple[Any, str]:
    """Encode a prediction as JSON, CSV or npy.

    Raises:
        UnsupportedFormatError: another content type (406).
    """
    plain = accept.partition(";")[0].strip().lower()
    if plain == JSON:
        return json.dumps(prediction.tolist() if hasattr(prediction, "tolist") else prediction), JSON
    import numpy as np

    if plain == CSV:
        text = io.StringIO()
        np.savetxt(text, np.atleast_1d(np.asarray(prediction)), delimiter=",", fmt="%s")
        return text.getvalue(), CSV
    if plain == NPY:
        packed = io.BytesIO()
        np.save(packed, np.asarray(prediction), allow_pickle=False)
        return packed.getvalue(), NPY
    raise UnsupportedFormatError(accept, HTTPStatus.NOT_ACCEPTABLE)


def missing_model_fn(folder: str) -> Any:
    """Stand for a `model_fn` that the user's script lacks."""
    raise NotImplementedError(f"the script has no model_fn(model_dir) to load what lies in {folder}")


def load_script(environment: dict[str, str]) -> ModuleType:
    """Import the user's script, with its folder on the module path.

    Raises:
        FileNotFoundError: there is no such script.
        ValueError: SAGEMAKER_PROGRAM is missing, or the folder is not a local one.
    """
    program = environment.get("SAGEMAKER_PROGRAM")
    folder = environment.get("SAGEMAKER_SUBMIT_DIRECTORY", f"{_DEFAULT_MODEL_FOLDER}/code")
    if not program:
        raise ValueError("SAGEMAKER_PROGRAM is not set: it names the script with model_fn")
    if "://" in folder:
        raise ValueError(f"SAGEMAKER_SUBMIT_DIRECTORY is {folder}: put the code into the model archive, below code/")
    path = Path(folder, program)
    if not path.is_file():
        raise FileNotFoundError(f"there is no {path} (SAGEMAKER_SUBMIT_DIRECTORY and SAGEMAKER_PROGRAM)")
    sys.path.insert(0, str(path.parent))
    spec = importlib.util.spec_from_file_location(path.stem, path)
    if spec is None or spec.loader is None:
        raise ValueError(f"{path} is not a Python script")
    module = importlib.util.module_from_spec(spec)
    sys.modules[path.stem] = module
    spec.loader.exec_module(module)
    return module


def functions_of(script: ModuleType) -> Functions:
    """Return the script's functions, with the defaults for those it lacks."""
    return Functions(
        model_fn=getattr(script, "model_fn", missing_model_fn),
        input_fn=getattr(script, "input_fn", default_input),
        predict_fn=getattr(script, "predict_fn", default_predict),
        output_fn=getattr(script, "output_fn", default_output),
        transform_fn=getattr(script, "transform_fn", None),
    )


def transform(functions: Functions, model: Any, body: bytes, content_type: str, accept: str) -> Answer:
    """Answer one request."""
    # Scripts written for AWS's image parse text bodies as text.
    plain = content_type.partition(";")[0].strip().lower()
    given: Any = body.decode() if plain in (JSON, CSV) or plain.startswith("text/") else body
    if functions.transform_fn is not None:
        answer = functions.transform_fn(model, given, content_type, accept)
    else:
        data = functions.input_fn(given, content_type)
        answer = functions.output_fn(functions.predict_fn(data, model), accept)
    if callable(answer):
        return _from_wsgi(answer, accept)
    content, kind = answer if isinstance(answer, tuple) else (answer, accept)
    return Answer(content.encode() if isinstance(content, str) else bytes(content), kind)


def _from_wsgi(application: Callable[..., Any], accept: str) -> Answer:
    """Return what a WSGI application answers: the image's web framework takes one, to carry a status."""
    started: list[tuple[str, list[tuple[str, str]]]] = []
    content = b"".join(application({}, lambda status, headers, *_: started.append((status, headers))))
    status, headers = started[0]
    kind = {name.lower(): value for name, value in headers}.get("content-type", accept)
    return Answer(content, kind, HTTPStatus(int(status.partition(" ")[0])))


def make_server(port: int, functions: Functions, model: Any, environment: dict[str, str]) -> ThreadingHTTPServer:
    """Return a server on 127.0.0.1 that answers with these functions."""
    accept_default = environment.get("SAGEMAKER_DEFAULT_INVOCATIONS_ACCEPT", JSON)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        # Headers and body leave in two writes; without this the second waits for the client's delayed ACK.
        disable_nagle_algorithm = True

        def do_GET(self) -> None:
            self._answer(HTTPStatus.OK if self.path == "/ping" else HTTPStatus.NOT_FOUND, b"", JSON)

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            if self.path != "/invocations":
                self._answer(HTTPStatus.NOT_FOUND, b"", JSON)
                return
            accept = self.headers.get("Accept", "*/*")
            accept = accept_default if accept.strip() in ("", "*/*") else accept
            try:
                answer = transform(functions, model, body, self.headers.get("Content-Type", JSON), accept)
            except UnsupportedFormatError as error:
                self._answer(error.status, str(error).encode(), "text/plain")
            except Exception as error:
                traceback.print_exc()
                text = f"{type(error).__name__}: {error}"
                self._answer(HTTPStatus.INTERNAL_SERVER_ERROR, text.encode(), "text/plain")
            else:
                self._answer(answer.status, answer.content, answer.kind)

        def _answer(self, status: HTTPStatus, body: bytes, kind: str) -> None:
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:
            if self.path != "/ping":
                print(format % args, flush=True)

    class Server(ThreadingHTTPServer):
        daemon_threads = True
        request_queue_size = 128

    return Server(("127.0.0.1", port), Handler)


def main() -> None:
    """Load the script and the model, then serve until the process is ended."""
    environment = dict(os.environ)
    try:
        functions = functions_of(load_script(environment))
        model = functions.model_fn(environment.get("SM_MODEL_DIR", _DEFAULT_MODEL_FOLDER))
    except Exception as error:
        traceback.print_exc()
        sys.exit(f"the model could not be loaded: {type(error).__name__}: {error}")
    port = int(environment.get("SAGEMAKER_BIND_TO_PORT", _DEFAULT_PORT))
    make_server(port, functions, model, environment).serve_forever()


if __name__ == "__main__":
    main()
