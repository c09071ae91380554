"""A tiny serving container for tests: says who it is, and misbehaves on request. Standard library only."""

import json
import os
import sys
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self.answer(503 if os.environ.get("NEVER_READY") else 200, b"")

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        order = json.loads(body or b"{}")
        time.sleep(float(order.get("sleep", os.environ.get("SLEEP", 0))))
        if order.get("exit"):
            os._exit(3)
        model = Path("/opt/ml/model/name.txt")
        answer = {
            "version": os.environ.get("VERSION", ""),
            "model": model.read_text() if model.exists() else None,
            "pid": os.getpid(),
            "arguments": sys.argv[1:],
            "inference_id": self.headers.get("X-Amzn-SageMaker-Inference-Id"),
            "account_key": os.environ.get("AWS_ACCESS_KEY_ID"),
        }
        self.answer(int(order.get("status", 500 if os.environ.get("FAIL") else 200)), json.dumps(answer).encode())

    def answer(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        if attributes := self.headers.get("X-Amzn-SageMaker-Custom-Attributes"):
            self.send_header("X-Amzn-SageMaker-Custom-Attributes", attributes)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        print(format % args, flush=True)


if __name__ == "__main__":
    if os.environ.get("REFUSE_TO_START") or Path(os.environ.get("REFUSE_IF", "/nowhere")).exists():
        sys.exit("the model is broken")
    ThreadingHTTPServer.daemon_threads = True
    ThreadingHTTPServer.request_queue_size = 128
    ThreadingHTTPServer(("127.0.0.1", int(os.environ["SAGEMAKER_BIND_TO_PORT"])), Handler).serve_forever()
