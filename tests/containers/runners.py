"""Two ways to run the same container: as a process, as the local cloud does it, and from a built image."""

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import psutil

from localcloud.namespace import sandboxed
from localcloud.processes import ProcessSpec, start_process, stop_process

DEFAULT = ("python", "-m", "recommender")
"""The images' entrypoint, and what the local cloud starts."""
PREPARE = """
root=$1 opt_ml=$2 user=$3; shift 3
mount --bind "$root" "$root"
mount -o remount,bind,ro "$root"
mount --bind "$opt_ml" "$root/opt/ml"
mount -t tmpfs tmpfs "$root/tmp"
mount -t proc proc "$root/proc"
mount --rbind /dev "$root/dev"
PATH=$PATH:/usr/sbin; cd /; exec chroot --userspec="$user" "$root" env -i "$@"
"""
"""What `docker run --read-only --tmpfs /tmp -v …:/opt/ml` does, in the mount and process namespaces of `unshare`."""


class Runner(Protocol):
    """Starts a container of a kind on a folder that it sees as /opt/ml."""

    def spec(self, kind: str, command: Sequence[str], opt_ml: Path, environment: Mapping[str, str]) -> ProcessSpec:
        """Return what to start; the command's first part is looked up in the container."""
        ...

    def program(self, process: "subprocess.Popen[bytes]") -> int:
        """Return the process id of the container's own program."""
        ...


@dataclass(frozen=True)
class LocalProcess:
    """Package folders run by this Python in a mount namespace."""

    packages: Path

    def spec(self, kind: str, command: Sequence[str], opt_ml: Path, environment: Mapping[str, str]) -> ProcessSpec:
        settled = {"PATH": os.environ["PATH"], "PYTHONPATH": str(self.packages), "PYTHONUNBUFFERED": "1"}
        program = [sys.executable if command[0] == "python" else command[0], *command[1:]]
        return ProcessSpec(
            argv=sandboxed(program, opt_ml=opt_ml),
            env={**settled, "HOME": str(opt_ml.parent), **environment},
            cwd=opt_ml.parent,
            output=subprocess.PIPE,
        )

    def program(self, process: "subprocess.Popen[bytes]") -> int:
        return process.pid


@dataclass(frozen=True)
class Image:
    """A built image: its settings, and its file system mounted on this machine."""

    kind: str
    name: str
    root: Path
    config: Mapping[str, Any]

    @property
    def environment(self) -> dict[str, str]:
        return dict(variable.split("=", 1) for variable in self.config["Env"])


@dataclass(frozen=True)
class BuiltImage:
    """Images run as docker would: read-only root, the image's variables and user, the program as process 1."""

    images: Mapping[str, Image]
    user: str = ""

    def spec(self, kind: str, command: Sequence[str], opt_ml: Path, environment: Mapping[str, str]) -> ProcessSpec:
        image = self.images[kind]
        variables = [f"{name}={value}" for name, value in {**image.environment, **environment}.items()]
        user = {"": "0:0", "root": "0:0"}.get(self.user or image.config["User"], self.user)
        enter = ["unshare", "--mount", "--pid", "--fork", "--kill-child", "--propagation", "private"]
        script = ["sh", "-ceu", PREPARE, "sh", str(image.root), str(opt_ml), user]
        return ProcessSpec(
            argv=[*enter, *script, *variables, *command],
            env={"PATH": os.environ["PATH"]},
            cwd=Path("/"),
            output=subprocess.PIPE,
        )

    def program(self, process: "subprocess.Popen[bytes]") -> int:
        return psutil.Process(process.pid).children()[0].pid


@dataclass(frozen=True, kw_only=True)
class Ended:
    """A container that has ended: its exit code and what it printed."""

    code: int
    output: str


def run(
    runner: Runner, kind: str, arguments: Sequence[str], opt_ml: Path, entrypoint: Sequence[str] = DEFAULT
) -> Ended:
    """Run a container to its end."""
    process = start_process(runner.spec(kind, [*entrypoint, *arguments], opt_ml, {}))
    try:
        output, _ = process.communicate(timeout=120)
    finally:
        stop_process(process, 0)
    return Ended(code=process.returncode, output=output.decode())


def copied(source: Path, target: Path) -> Path:
    """Hand files on from one container to the next, owned by root as SageMaker leaves them."""
    shutil.copytree(source, target)
    return target
