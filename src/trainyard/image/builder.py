"""Which program builds containers here: docker, podman or buildah, whichever really works."""

import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass

from trainyard.errors import UsageError

BUILDERS = ("docker", "podman", "buildah")


@dataclass(frozen=True)
class Builder:
    """A program that works on this machine."""

    name: str
    chroot: bool = False
    """buildah without an OCI runtime (runc, crun) beside it can still build, in a chroot."""


def works(name: str) -> bool:
    """Say whether a builder is installed and answers; a docker without its engine does not."""
    if shutil.which(name) is None:
        return False
    return subprocess.run([name, "info"], capture_output=True, check=False).returncode == 0


def find_builder(asked: str | None = None, works: Callable[[str], bool] = works) -> Builder:
    """Return the builder that was asked for, else the first that works.

    Raises:
        UsageError: it does not work, or none does.
    """
    if asked is not None and asked not in BUILDERS:
        raise UsageError(
            f"{asked!r} is no builder of images", where="--builder", cure=f"Use one of: {', '.join(BUILDERS)}"
        )
    found = next((name for name in ((asked,) if asked else BUILDERS) if works(name)), None)
    if found is None:
        raise UsageError(
            f"{asked} does not work here" if asked else "No program that builds containers works here",
            where=f"`{asked or '`, `'.join(BUILDERS)} info`" if asked else f"tried: {', '.join(BUILDERS)}",
            cure="Install one, such as `apt-get install buildah` (it needs no engine), or start docker's engine",
        )
    return Builder(found, chroot=found == "buildah" and not (shutil.which("runc") or shutil.which("crun")))
