"""Gets an engine onto this machine: the official download, else a build from the Go module proxy.

The steps are separate functions so that each can be tried and tested alone; the result appears in the cache in one
rename, so a build that was interrupted leaves nothing that looks finished.
"""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from trainyard.engine.gobuild import build
from trainyard.engine.locate import Engine, cache_folder, locate
from trainyard.engine.versions import ENGINE
from trainyard.errors import TrainyardError

Say = Callable[[str], None]

DOWNLOAD_TIMEOUT_SECONDS = 300

_DOWNLOAD = """
import sys, semver
from pulumi.automation import PulumiCommand
PulumiCommand.install(root=sys.argv[1], version=semver.VersionInfo.parse(sys.argv[2]))
"""


def obtain(say: Say) -> Engine:
    """Return an engine, downloading or building it where none is there; `say` is told what takes time.

    Raises:
        TrainyardError: it can be neither found, downloaded nor built; the text names each reason.
    """
    if engine := locate():
        return engine
    target = cache_folder()
    target.parent.mkdir(parents=True, exist_ok=True)
    reasons: list[str] = []
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=".engine-") as scratch:
        for name, step in (("download", download), ("build from Go modules", build)):
            folder = Path(scratch) / name.split()[0]
            started = time.monotonic()
            try:
                step(folder, say)
            except TrainyardError as error:
                reasons.append(f"{name}: {error.what}")
                say(f"engine: {name} is not possible here ({error.what})")
                continue
            shutil.rmtree(target, ignore_errors=True)
            os.replace(folder, target)
            say(f"engine: Pulumi {ENGINE} is ready after {time.monotonic() - started:.0f} s, kept in {target}")
            break
    engine = locate()
    if engine is None:
        raise TrainyardError(
            f"There is no Pulumi engine and none could be had ({'; '.join(reasons)})",
            where=str(target),
            cure="Install Pulumi from its site, or install Go 1.24 or newer, and run this again",
        )
    return engine


def download(folder: Path, say: Say) -> None:
    """Install the official release of the engine into `folder`.

    Raises:
        TrainyardError: the download site cannot be reached, or the installer fails.
    """
    say(f"engine: downloading Pulumi {ENGINE}")
    command = [sys.executable, "-c", _DOWNLOAD, str(folder), ENGINE]
    try:
        result = subprocess.run(command, capture_output=True, text=True, timeout=DOWNLOAD_TIMEOUT_SECONDS, check=False)
    except subprocess.TimeoutExpired as error:
        raise TrainyardError(f"no answer within {DOWNLOAD_TIMEOUT_SECONDS} s") from error
    if result.returncode != 0 or not (folder / "bin" / "pulumi").exists():
        last = (result.stderr.strip() or result.stdout.strip() or "the installer failed").splitlines()[-1]
        raise TrainyardError(last[-200:])
