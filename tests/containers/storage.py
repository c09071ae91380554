"""Where images of tests are kept: in the user's cache, apart from the machine's own, and never for long."""

import contextlib
import fcntl
import os
import subprocess
from collections.abc import Generator
from pathlib import Path

from platformdirs import user_cache_path

CACHE = Path(os.environ.get("TRAINYARD_CACHE", user_cache_path("trainyard"))) / "containers"
LIMIT_BYTES = 6_000_000_000
"""Every change of the code leaves a gigabyte of layers behind; beyond this they are thrown away."""


@contextlib.contextmanager
def own_storage() -> Generator[None, None, None]:
    """Point buildah at the tests' own storage while the block runs; what an interrupted run left is taken away."""
    CACHE.mkdir(parents=True, exist_ok=True)
    os.environ["CONTAINERS_STORAGE_CONF"] = str(CACHE / "storage.conf")
    with (CACHE / "in-use").open("w") as lock:
        with contextlib.suppress(BlockingIOError):  # another run is at work: its images stay
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            _configure()
            _tidy()
        fcntl.flock(lock, fcntl.LOCK_SH)
        try:
            yield
        finally:
            del os.environ["CONTAINERS_STORAGE_CONF"]


def _configure() -> None:
    for driver in ("overlay", "vfs"):
        places = f'graphroot = "{CACHE}/{driver}"\nrunroot = "{CACHE}/run-{driver}"\n'
        (CACHE / "storage.conf").write_text(f'[storage]\ndriver = "{driver}"\n{places}')
        if _buildah("info") == 0:
            return
    raise RuntimeError("buildah works with neither overlay nor vfs")


def _tidy() -> None:
    _buildah("rm", "--all")
    layers = (path for kind in ("overlay/overlay/*/diff", "vfs/vfs/dir/*") for path in CACHE.glob(kind))
    if sum(_size(layer) for layer in layers) > LIMIT_BYTES:
        _buildah("rmi", "--all", "--force")


def _size(folder: Path) -> int:
    return sum(
        os.lstat(os.path.join(place, name)).st_blocks * 512 for place, _, files in os.walk(folder) for name in files
    )


def _buildah(*arguments: str) -> int:
    return subprocess.run(["buildah", *arguments], capture_output=True, check=False).returncode
