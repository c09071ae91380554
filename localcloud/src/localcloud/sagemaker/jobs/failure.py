"""Why a job failed, in the words of its FailureReason. Pure."""

from pathlib import Path

_LONGEST = 1024


class JobFailure(Exception):
    """The job fails; the text is its FailureReason."""


def algorithm_error(text: str, exit_code: int) -> str:
    """Return the FailureReason of a container that ended with `exit_code` and left `text`."""
    # A signal's number becomes the exit code that a shell, and docker, would show.
    shown = 128 - exit_code if exit_code < 0 else exit_code
    ending = f", exit code: {shown}"
    return f"AlgorithmError: {text or 'See job logs for more information'}"[: _LONGEST - len(ending)] + ending


def read_text(path: Path) -> str:
    """Return what a container wrote for people to read, cut to the length that AWS keeps; empty if nothing."""
    try:
        return path.read_bytes()[: _LONGEST * 4].decode(errors="replace").strip()[:_LONGEST]
    except OSError:
        return ""
