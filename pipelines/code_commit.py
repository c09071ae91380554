"""The commit a run's code came from, for the lineage of its model."""

import subprocess
from pathlib import Path

UNKNOWN = "unknown"


def code_commit(folder: Path) -> str:
    """Return the commit that is checked out in `folder`, with `-dirty` where files differ from it; never fails."""
    commit = _git(folder, "rev-parse", "HEAD")
    if not commit:
        return UNKNOWN
    return f"{commit}-dirty" if _git(folder, "status", "--porcelain") else commit


def _git(folder: Path, *arguments: str) -> str:
    try:
        done = subprocess.run(["git", "-C", str(folder), *arguments], capture_output=True, text=True, check=False)
    except FileNotFoundError:
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""
