"""Environments of tools that cannot share the project's own: their packages pin other versions than ours.

Each has a lock file, `requirements/<tool>.lock`, and lies in the user's cache under the hash of that lock, so a changed
lock makes a new one and an interrupted making leaves nothing that looks ready.
"""

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path

from trainyard.engine.locate import cache_root
from trainyard.errors import TrainyardError


def tool_environment(lock: Path, say: Callable[[str], None], environ: Mapping[str, str] = os.environ) -> Path:
    """Return the bin folder of a tool's environment, making it where it is not there yet.

    Args:
        lock: requirements/<tool>.lock, with hashes.
        say: told once before packages are fetched.
        environ: whose TRAINYARD_CACHE moves the cache.

    Raises:
        TrainyardError: the lock is missing, or its packages cannot be installed.
    """
    if not lock.is_file():
        raise TrainyardError("A tool's lock file is missing", where=str(lock), cure="Run this in a whole checkout")
    folder = cache_root(environ) / "tools" / f"{lock.stem}-{hashlib.sha256(lock.read_bytes()).hexdigest()[:12]}"
    if not (folder / "bin").exists():
        say(f"{lock.stem}: packages into {folder}, once for this machine")
        _make(lock, folder)
    return folder / "bin"


def _make(lock: Path, folder: Path) -> None:
    """Install beside the place, then move: scripts are relocatable, and two makers do not meet."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    scratch = Path(tempfile.mkdtemp(dir=folder.parent, prefix=".making-"))
    uv = Path(sys.executable).with_name("uv")
    try:
        _run(uv, "venv", "--quiet", "--allow-existing", "--relocatable", "--python", sys.executable, scratch)
        _run(
            uv,
            "pip",
            "sync",
            "--quiet",
            "--compile-bytecode",
            "--python",
            scratch / "bin" / "python",
            "--require-hashes",
            lock,
        )
        try:
            os.rename(scratch, folder)
        except OSError:
            if not (folder / "bin").exists():  # else somebody else was faster
                raise
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def _run(*command: str | Path) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise TrainyardError(
            f"A tool's packages could not be installed: {done.stderr.strip()[-500:]}",
            where=" ".join(str(part) for part in command),
            cure="See that the package index can be reached, and run this again",
        )
