"""Builds the Pulumi command and its Python language host from public Go modules.

The command's module is recent; its Python language host lives in another repository's module of which only older
versions are published, and works with it (docs/adr/0002-engine.md).
"""

import json
import os
import re
import shutil
import subprocess
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from trainyard.engine.versions import ENGINE, LANGUAGE_HOST
from trainyard.errors import TrainyardError

Say = Callable[[str], None]

PULUMI = "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi"
SDK = "github.com/pulumi/pulumi/sdk/v3"
HOST = f"{SDK}/python/cmd/pulumi-language-python"
VERSION_VARIABLE = f"{SDK}/go/common/version.Version"
OLDEST_GO = (1, 21)
"""From 1.21 on Go fetches the toolchain that a module asks for."""


def build(folder: Path, say: Say) -> None:
    """Build into `folder`/bin; about seven minutes on two cores, one of them to fetch modules.

    Raises:
        TrainyardError: Go is missing or too old, or a module cannot be fetched or built.
    """
    go = _go()
    say("engine: building from Go modules, once for this machine (about seven minutes on two cores)")
    _module(go, folder / "cli", "cli", [f"{PULUMI}@v{ENGINE}"], tool=True, say=say)
    _compile(go, folder / "cli", PULUMI, folder / "bin" / "pulumi", ENGINE, say)
    _module(go, folder / "host", "host", [f"{HOST}@v{LANGUAGE_HOST}"], tool=True, say=say)
    _compile(go, folder / "host", HOST, folder / "bin" / "pulumi-language-python", LANGUAGE_HOST, say)
    # The launcher must match the SDK in use, so it comes from the newer module's source tree.
    source = Path(_module_folder(go, folder / "cli")) / "python" / "cmd" / "pulumi-language-python-exec"
    launcher = folder / "bin" / "pulumi-language-python-exec"
    shutil.copyfile(source, launcher)
    launcher.chmod(0o755)
    for part in ("cli", "host"):
        shutil.rmtree(folder / part)


def _go() -> str:
    go = shutil.which("go")
    if go is None:
        raise TrainyardError("Go is not installed")
    answer = subprocess.run([go, "version"], capture_output=True, text=True, check=False)
    found = re.search(r"go(\d+)\.(\d+)", answer.stdout)
    if found is None:
        raise TrainyardError(f"`go version` names no version: {(answer.stdout or answer.stderr).strip()}")
    if (int(found[1]), int(found[2])) < OLDEST_GO:
        raise TrainyardError(f"Go {found[1]}.{found[2]} is too old, {OLDEST_GO[0]}.{OLDEST_GO[1]} is needed")
    return go


def _module(go: str, folder: Path, name: str, requirements: Sequence[str], *, tool: bool, say: Say) -> None:
    folder.mkdir(parents=True)
    _run([go, "mod", "init", f"trainyard/{name}"], folder, say, "preparing")
    _run([go, "get", *(["-tool"] if tool else []), *requirements], folder, say, f"fetching the modules of the {name}")


def _compile(go: str, folder: Path, package: str, output: Path, version: str, say: Say) -> None:
    flags = f"-s -w -X {VERSION_VARIABLE}=v{version}"
    _run([go, "build", "-ldflags", flags, "-o", str(output), package], folder, say, f"compiling {output.name}")


def _module_folder(go: str, folder: Path) -> str:
    answer = subprocess.run(
        [go, "list", "-m", "-json", SDK], cwd=folder, capture_output=True, text=True, check=True, env=_environ()
    )
    return str(json.loads(answer.stdout)["Dir"])


def _environ() -> dict[str, str]:
    return {**os.environ, "GOFLAGS": "-mod=mod", "GOWORK": "off", "CGO_ENABLED": "0"}


def _run(command: Sequence[str], folder: Path, say: Say, what: str) -> None:
    done = threading.Event()
    started = time.monotonic()

    def beat() -> None:
        while not done.wait(20):
            say(f"engine: {what} … {time.monotonic() - started:.0f} s")

    threading.Thread(target=beat, daemon=True).start()
    try:
        result = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, env=_environ())
    finally:
        done.set()
    if result.returncode != 0:
        raise TrainyardError(f"{what} failed: {result.stderr.strip()[-300:]}")
