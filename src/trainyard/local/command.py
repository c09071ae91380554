"""Calls the local cloud's own command; this package never imports it."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from trainyard.errors import TrainyardError, UsageError


def executable() -> str:
    """Return the path of the `localcloud` command, beside this interpreter or on PATH.

    Raises:
        UsageError: it is not installed.
    """
    beside = Path(sys.executable).parent / "localcloud"
    found = str(beside) if beside.exists() else shutil.which("localcloud")
    if found is None:
        raise UsageError(
            "The local cloud is not installed",
            where=str(beside),
            cure="Run `make setup`, or `pip install ./localcloud`",
        )
    return found


def call(home: Path, arguments: Sequence[str]) -> int:
    """Run `localcloud` on this terminal and return its exit code."""
    return subprocess.run([executable(), "--home", str(home), *arguments], check=False).returncode


def ask(home: Path, arguments: Sequence[str]) -> Any:
    """Run `localcloud … --json` and return its answer.

    Raises:
        TrainyardError: the command failed; its last line is the text.
    """
    command = [executable(), "--home", str(home), *arguments, "--json"]
    environ = {key: value for key, value in os.environ.items() if key not in ("HTTPS_PROXY", "https_proxy")}
    result = subprocess.run(command, capture_output=True, text=True, check=False, env=environ)
    if result.returncode != 0:
        text = result.stderr.strip() or f"`localcloud {' '.join(arguments)}` failed with {result.returncode}"
        error = UsageError if result.returncode == 2 else TrainyardError
        raise error(text.removeprefix("Error: "), cure="Run `trainyard local start`")
    return json.loads(result.stdout)
