"""The preview of one environment as a comment: the report where there is one, else why there is none.

A preview that fails must not leave an older report standing, so its failure is a report too.
"""

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from trainyard import foreground
from trainyard.ci.comment import marker

COMMAND = str(Path(sys.executable).parent / "trainyard")
TAIL_LINES = 40


@dataclass(frozen=True)
class Preview:
    """How a preview ended, and what to tell reviewers."""

    code: int
    report: str
    """Markdown that begins with the environment's marker."""
    log: str
    """What the command wrote beside its report."""


def run(environment: str, arguments: Sequence[str], project: Path, environ: Mapping[str, str]) -> Preview:
    """Run `trainyard preview --format markdown` and return what to tell; it may have failed."""
    command = [COMMAND, "preview", "--stack", environment, "--format", "markdown", *arguments]
    # The preview runs the pull request's code, which has no need of the token that writes the comment.
    kept = {key: value for key, value in environ.items() if key != "GITHUB_TOKEN"}
    ended = foreground.run(command, cwd=project, env=kept, capture_output=True)
    hidden = {str(project): ".", environ.get("HOME", ""): "~"}
    return told(environment, ended.returncode, ended.stdout, ended.stderr, hidden)


def told(environment: str, code: int, output: str, log: str, hidden: Mapping[str, str]) -> Preview:
    """Return what to tell of a preview that ended with `code`.

    Args:
        environment: whose preview it was.
        code: its exit code; a report with a rule that is broken also ends with another one than 0.
        output: its standard output, the report where it came to one.
        log: its standard error.
        hidden: parts of machine paths, and what stands for them.
    """
    if output.startswith(marker(environment)):
        return Preview(code, output, log)
    return Preview(code or 1, failure(environment, code, log or output, hidden), log)


def failure(environment: str, code: int, log: str, hidden: Mapping[str, str]) -> str:
    """Return the report of a preview that came to none: the end of its log, without this machine's paths."""
    for part, stand_in in sorted(hidden.items(), key=lambda pair: -len(pair[0])):
        log = log.replace(part, stand_in) if part else log
    lines = log.strip().splitlines()[-TAIL_LINES:] or ["It wrote nothing."]
    quoted = "\n".join(f"    {line}" for line in lines)  # an indented block: no text can close it
    return (
        f"{marker(environment)}\n## {environment}: the preview failed (exit code {code})\n\n"
        f"Nothing is known of what this change would do to {environment}. The end of the log:\n\n{quoted}\n"
    )
