"""Finds an engine that is there already: the one on PATH, else the one in this project's cache."""

import os
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import platformdirs

from trainyard.engine.versions import ENGINE, OLDEST, parse

LANGUAGE_HOST_NAME = "pulumi-language-python"


@dataclass(frozen=True)
class Engine:
    """A Pulumi command with its Python language host beside it."""

    pulumi: Path
    version: str
    origin: Literal["path", "cache"]

    @property
    def bin(self) -> Path:
        """The folder to put on PATH."""
        return self.pulumi.parent


def cache_folder(environ: Mapping[str, str] = os.environ) -> Path:
    """Return where a downloaded or built engine is kept, outside any checkout and keyed by version."""
    return cache_root(environ) / "engine" / ENGINE


def cache_root(environ: Mapping[str, str] = os.environ) -> Path:
    """Return the folder outside any checkout for what is downloaded or built once for this user."""
    return Path(environ.get("TRAINYARD_CACHE") or platformdirs.user_cache_dir("trainyard"))


def locate(environ: Mapping[str, str] = os.environ) -> Engine | None:
    """Return the engine to use, or None where none is installed yet.

    An engine on PATH counts only with its language host and when it is recent enough.
    """
    on_path = shutil.which("pulumi", path=environ.get("PATH"))
    if on_path:
        engine = _describe(Path(on_path).resolve(), "path")
        if engine and (parse(engine.version) or (0, 0, 0)) >= OLDEST:
            return engine
    return _describe(cache_folder(environ) / "bin" / "pulumi", "cache")


def _describe(pulumi: Path, origin: Literal["path", "cache"]) -> Engine | None:
    if not pulumi.exists() or not (pulumi.parent / LANGUAGE_HOST_NAME).exists():
        return None
    answer = subprocess.run(
        [pulumi, "version"],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PULUMI_SKIP_UPDATE_CHECK": "true"},
    )
    return Engine(pulumi, answer.stdout.strip(), origin) if answer.returncode == 0 else None
