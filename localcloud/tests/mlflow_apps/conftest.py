import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from localcloud.sagemaker.mlflow_apps.interpreter import VARIABLE
from localcloud.testing import running_cloud

from .world import Shop

ECHO = """
import http.server, json, sys

class Echo(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
        said = {"method": self.command, "path": self.path, "headers": dict(self.headers), "body": body}
        text = json.dumps({**said, "arguments": sys.argv[1:]}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    do_GET = do_POST

    def log_message(self, *_):
        pass

http.server.ThreadingHTTPServer(("127.0.0.1", int(sys.argv[sys.argv.index("--port") + 1])), Echo).serve_forever()
"""


def interpreter(folder: Path, program: str) -> Path:
    """Return an interpreter that says that it has MLflow 3.9.1, whose server is this program."""
    (folder / "program.py").write_text(program)
    script = folder / "python"
    run = f'exec {sys.executable} {folder / "program.py"} "$@"'
    script.write_text(f'#!/bin/sh\ncase "$1" in -c) echo 3.9.1;; *) {run};; esac\n')
    script.chmod(0o755)
    return script


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    """A cloud whose apps are servers that answer with what they were asked: they start at once."""
    folder = tmp_path_factory.mktemp("python")
    with pytest.MonkeyPatch.context() as patched, running_cloud(tmp_path_factory.mktemp("cloud")) as aws:
        patched.setenv(VARIABLE, str(interpreter(folder, ECHO)))
        yield Shop.prepared(aws)
