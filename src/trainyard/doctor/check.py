"""One check a function: each answers with what it found, and the cure where something is missing."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path
from typing import Literal

from trainyard.engine import locate
from trainyard.engine.locate import cache_folder

Verdict = Literal["ok", "note", "missing"]

NEEDED_FREE_GIB = 3
NEEDED_MEMORY_GIB = 4


@dataclass(frozen=True)
class Finding:
    """What one check found: `missing` means that something of the README's two commands will not work."""

    subject: str
    verdict: Verdict
    found: str
    cure: str = ""


Check = Callable[[], Finding]


def python() -> Finding:
    """Python itself, in an environment of its own."""
    found = f"{sys.version.split()[0]} at {sys.executable}"
    # The packages refuse older ones at installation; what can be wrong later is the place they are in.
    if sys.prefix == sys.base_prefix:
        return Finding("Python", "note", found, "Better in a virtual environment: `make setup`")
    return Finding("Python", "ok", found)


def packages() -> Finding:
    """The packages that each part of the platform imports."""
    wanted = {"pulumi": "deploy", "pulumi-aws": "deploy", "sagemaker": "pipelines", "xgboost-cpu": "recommender"}
    absent: list[str] = []
    found: list[str] = []
    for name in wanted:
        try:
            found.append(f"{name} {version(name)}")
        except PackageNotFoundError:
            absent.append(name)
    if absent:
        return Finding("Packages", "missing", f"not installed: {', '.join(absent)}", "Run `make setup`")
    return Finding("Packages", "ok", ", ".join(found))


def pip() -> Finding:
    """The engine's Python language host lists packages with pip."""
    if find_spec("pip") is None:
        return Finding("pip", "missing", "not in this environment", "Run `python -m ensurepip`")
    return Finding("pip", "ok", f"pip {version('pip')}")


def engine() -> Finding:
    """The Pulumi engine with its Python language host."""
    if found := locate():
        return Finding("Pulumi engine", "ok", f"{found.version} at {found.pulumi} ({found.origin})")
    return Finding(
        "Pulumi engine",
        "missing",
        f"neither on PATH nor in {cache_folder()}",
        "Run `make engine`; it is downloaded, or built with Go",
    )


def go() -> Finding:
    """Go, needed only where the engine must be built."""
    found = shutil.which("go")
    if found:
        answer = subprocess.run([found, "version"], capture_output=True, text=True, check=False)
        return Finding("Go", "ok", answer.stdout.strip())
    if locate():
        return Finding("Go", "note", "not installed; not needed, since an engine is there")
    return Finding("Go", "missing", "not installed", "Install Go 1.21 or newer, or Pulumi itself")


def provider() -> Finding:
    """The provider that answers for AWS on the local target."""
    beside = Path(sys.executable).parent / "pulumi-resource-aws"
    if beside.exists():
        return Finding("Local provider", "ok", str(beside))
    return Finding("Local provider", "missing", "pulumi-resource-aws is not installed", "Run `make setup`")


def namespaces() -> Finding:
    """Linux user namespaces: jobs and endpoints see an /opt/ml of their own through them."""
    subject = "User namespaces"
    if sys.platform != "linux":
        return Finding(subject, "missing", f"this is {sys.platform}", "Use Linux (a virtual machine or WSL 2 will do)")
    if shutil.which("unshare") is None:
        return Finding(subject, "missing", "the command `unshare` is not there", "Install util-linux")
    answer = subprocess.run(["unshare", "-Urm", "true"], capture_output=True, text=True, check=False)
    if answer.returncode != 0:
        return Finding(
            subject,
            "missing",
            answer.stderr.strip(),
            "Allow them: `sysctl -w kernel.unprivileged_userns_clone=1`, or the AppArmor setting of your distribution",
        )
    return Finding(subject, "ok", "a job can have an /opt/ml of its own without root")


def room() -> Finding:
    """Free disk and memory."""
    free = shutil.disk_usage(Path.cwd()).free / 2**30
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    found = f"{free:.0f} GiB of disk free, {memory:.0f} GiB of memory, {os.cpu_count()} cores"
    if free < NEEDED_FREE_GIB or memory < NEEDED_MEMORY_GIB:
        return Finding(
            "Room",
            "missing",
            found,
            f"The demo wants {NEEDED_FREE_GIB} GiB of disk and {NEEDED_MEMORY_GIB} GiB of memory",
        )
    return Finding("Room", "ok", found)


CHECKS: tuple[Check, ...] = (python, packages, pip, engine, go, provider, namespaces, room)


def examine(checks: tuple[Check, ...] = CHECKS) -> list[Finding]:
    """Run every check and return the findings in their order."""
    return [check() for check in checks]
