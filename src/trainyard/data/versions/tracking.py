"""Data brought under a pointer, and back from one."""

import shutil
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from trainyard.data.versions.describing import describe, hash_of_files, snapshot_files
from trainyard.data.versions.dvc import DvcProject
from trainyard.data.versions.log import Version
from trainyard.data.versions.pointer import FOLDER, Pointer, complete, orders_path, pointer_path
from trainyard.errors import TrainyardError


def track(project: DvcProject, service: str, origin: str) -> Pointer:
    """Write the pointer of what lies in the service's folder, and send the data to the remote first.

    A pointer that is committed can be followed: nothing is written of data that did not arrive.
    """
    pointer = describe(project.root / orders_path(service), origin)
    path = project.root / pointer_path(service)
    before = path.read_bytes() if path.exists() else None
    try:
        project.run("add", "--quiet", orders_path(service))
        project.run("push", "--quiet", pointer_path(service))
    except TrainyardError:
        if before is not None:
            path.write_bytes(before)
        else:
            path.unlink(missing_ok=True)
        raise
    complete(path, pointer)
    return pointer


def bring(project: DvcProject, service: str, version: Version) -> Path:
    """Put a version's pointer and data into the working tree, and return the data's folder.

    Raises:
        TrainyardError: the data is not in the remote, or is not what the pointer says.
    """
    path = project.root / pointer_path(service)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(version.text)
    project.run("pull", "--quiet", "--force", pointer_path(service))
    return _checked(project.root / orders_path(service), version)


@contextmanager
def fetch(project: DvcProject, version: Version) -> Generator[Path]:
    """Give a version's data in a folder that goes afterwards; the working tree stays as it is."""
    with tempfile.TemporaryDirectory(prefix="trainyard-data-") as folder:
        scratch = replace(project, root=Path(folder))
        scratch.run("init", "--quiet", "--no-scm")
        for name in ("config", "config.local"):
            if (project.root / ".dvc" / name).exists():
                shutil.copy(project.root / ".dvc" / name, scratch.root / ".dvc" / name)
        scratch.run("config", "--local", "core.no_scm", "true")
        scratch.run("cache", "dir", "--local", str(project.root / ".dvc" / "cache"))
        (scratch.root / f"{FOLDER}.dvc").write_text(version.text)
        scratch.run("pull", "--quiet", f"{FOLDER}.dvc")
        yield _checked(scratch.root / FOLDER, version)


def _checked(folder: Path, version: Version) -> Path:
    if hash_of_files(snapshot_files(folder)) != version.pointer.data_hash:
        raise TrainyardError(
            f"The data of {version.commit[:12]} is not what its pointer says: its hash is another",
            where=str(folder),
            cure="Restore the remote's objects from an earlier version of the bucket",
        )
    return folder
