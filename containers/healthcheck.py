"""Asks the server of this container whether it is well: exit code 0, or a traceback and 1."""

import os
import urllib.request

PORT = os.environ.get("SAGEMAKER_BIND_TO_PORT", "8080")

if __name__ == "__main__":
    with urllib.request.urlopen(f"http://127.0.0.1:{PORT}/ping", timeout=2) as answer:
        answer.read()
