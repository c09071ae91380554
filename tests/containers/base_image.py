"""A base image made on this machine with Debian's own tools, for where none can be pulled.

Kept in the user's cache: the first time takes a minute and a half, later ones seconds.
"""

import hashlib
import os
import shutil
import subprocess
from pathlib import Path

from tests.containers.storage import CACHE

SUITE = "bookworm"
PACKAGES = ("ca-certificates", "python3", "python3-venv")
NAME = f"localhost/trainyard-base:{SUITE}"
TOOLS = ("buildah", "debootstrap")
LEFT_OUT = ("./var/cache/apt/archives/*.deb", "./var/lib/apt/lists/*", "./usr/share/doc/*", "./usr/share/man/*")


def missing_means() -> str:
    """Return why no base image can be made here, or an empty text."""
    absent = [tool for tool in TOOLS if shutil.which(tool) is None]
    if os.geteuid() != 0:
        return "images are built in tests by root with Debian's buildah; this user is not root"
    if absent and shutil.which("apt-get") is None:
        return f"images are built in tests with Debian's buildah; here is no {absent[0]}, and no apt-get to install it"
    return ""


def install_tools() -> None:
    """Install Debian's builder where it is missing."""
    absent = [tool for tool in TOOLS if shutil.which(tool) is None]
    if absent:
        _run("apt-get", "update", "--quiet")
        _run("apt-get", "install", "--yes", "--quiet", "--no-install-recommends", *absent)


def make_base() -> str:
    """Return the name of the base image, after making what is missing of file system and image."""
    if subprocess.run(["buildah", "inspect", "--type", "image", NAME], capture_output=True, check=False).returncode:
        archive = _file_system()
        container = _run("buildah", "from", "scratch")
        _run("buildah", "add", "--quiet", container, str(archive), "/")
        _run("buildah", "commit", "--quiet", "--rm", container, NAME)
    return NAME


def _file_system() -> Path:
    key = hashlib.sha256(" ".join((SUITE, *PACKAGES, *LEFT_OUT)).encode()).hexdigest()[:12]
    archive = CACHE / f"{SUITE}-{key}.tar"
    if archive.exists():
        return archive
    root, unfinished = CACHE / f"{SUITE}-{key}", archive.with_suffix(".part")
    shutil.rmtree(root, ignore_errors=True)
    _run("debootstrap", "--variant=minbase", f"--include={','.join(PACKAGES)}", SUITE, str(root))
    excluded = [f"--exclude={pattern}" for pattern in LEFT_OUT]
    _run("tar", "--create", "--directory", str(root), "--file", str(unfinished), *excluded, ".")
    shutil.rmtree(root)
    return unfinished.rename(archive)


def _run(*command: str) -> str:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{' '.join(command)}: {(done.stderr or done.stdout)[-2000:]}"
    return done.stdout.strip()
