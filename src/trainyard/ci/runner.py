"""The machine that a job runs on, as GitHub's runner describes it in variables: event, summary, outputs."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from trainyard.errors import UsageError


def event(environ: Mapping[str, str]) -> dict[str, Any]:
    """Return the event that started this job, as the runner wrote it; empty outside a runner."""
    path = environ.get("GITHUB_EVENT_PATH")
    return json.loads(Path(path).read_text()) if path and Path(path).is_file() else {}


def pull_request(environ: Mapping[str, str]) -> int | None:
    """Return the number of this job's pull request, or None where there is none."""
    number = event(environ).get("pull_request", {}).get("number")
    return int(number) if number else None


def base_commit(environ: Mapping[str, str]) -> str:
    """Return the commit that this job's pull request is to be merged into.

    Raises:
        UsageError: this is no job of a pull request.
    """
    base = event(environ).get("pull_request", {}).get("base", {}).get("sha")
    if not base:
        raise UsageError(
            "There is nothing to compare this checkout with",
            where="--base; GITHUB_EVENT_PATH names no pull request",
            cure="Name a commit or branch, such as --base origin/main",
        )
    return str(base)


def head_commit(environ: Mapping[str, str]) -> str:
    """Return the newest commit of this job's pull request; empty where there is none."""
    return str(event(environ).get("pull_request", {}).get("head", {}).get("sha") or "")


def summarize(environ: Mapping[str, str], text: str) -> None:
    """Add Markdown to the job's summary; without a runner nothing happens."""
    _append(environ.get("GITHUB_STEP_SUMMARY"), text.rstrip("\n") + "\n\n")


def set_output(environ: Mapping[str, str], name: str, value: str) -> None:
    """Give a step's output to the jobs that need it; `value` is one line. Without a runner nothing happens."""
    _append(environ.get("GITHUB_OUTPUT"), f"{name}={value}\n")


def _append(path: str | None, text: str) -> None:
    if path:
        with Path(path).open("a") as file:
            file.write(text)
