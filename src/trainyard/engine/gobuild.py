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
    go = find_go()
    say("engine: building from Go modules, once for this machine (about seven minutes on two cores)")
    for name, package, version, command in (
        ("cli", PULUMI, ENGINE, "pulumi"),
        ("host", HOST, LANGUAGE_HOST, "pulumi-language-python"),
    ):
        fetch(go, folder / name, f"{package}@v{version}", say)
        compile_command(go, folder / name, package, folder / "bin" / command, say, f"-X {VERSION_VARIABLE}=v{version}")
    # The launcher must match the SDK in use, so it comes from the newer module's source tree.
    source = Path(_module_folder(go, folder / "cli")) / "python" / "cmd" / "pulumi-language-python-exec"
    launcher = folder / "bin" / "pulumi-language-python-exec"
    shutil.copyfile(source, launcher)
    launcher.chmod(0o755)
    for part in ("cli", "host"):
        shutil.rmtree(folder / part)


def find_go() -> str:
    """Return the path of a Go that is recent enough.

    Raises:
        TrainyardError: there is none, or it is too old.
    """
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


def fetch(go: str, folder: Path, tool: str, say: Say) -> None:
    """Make `folder` a module of its own that requires `tool` (package@version), with everything it needs fetched.

    Raises:
        TrainyardError: the module proxy has no such version, or cannot be reached.
    """
    folder.mkdir(parents=True)
    _run([go, "mod", "init", f"trainyard/{folder.name}"], folder, say, "preparing")
    _run([go, "get", "-tool", tool], folder, say, f"fetching the modules of {tool.rpartition('/')[2]}")


def compile_command(go: str, folder: Path, package: str, output: Path, say: Say, flags: str = "") -> None:
    """Compile a fetched `package` into `output`; `flags` go to the linker.

    Raises:
        TrainyardError: it does not compile.
    """
    command = [go, "build", "-ldflags", f"-s -w {flags}".strip(), "-o", str(output), package]
    _run(command, folder, say, f"compiling {output.name}")


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
