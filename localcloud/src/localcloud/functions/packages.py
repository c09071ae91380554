"""Folders that hold some of the installed distributions and nothing else, for processes that must not see the rest."""

import hashlib
from collections.abc import Iterable, Sequence
from contextlib import suppress
from importlib.metadata import distribution
from pathlib import Path

RUNTIME = (
    # What AWS's Python runtimes bring: the runtime interface client and the SDK.
    "awslambdaric",
    "simplejson",
    "snapshot-restore-py",
    "boto3",
    "botocore",
    "s3transfer",
    "jmespath",
    "python-dateutil",
    "six",
    "urllib3",
)


def laid_out(folder: Path, names: Sequence[str]) -> Path:
    """Return a folder below `folder` with links to what the named distributions consist of.

    Raises:
        importlib.metadata.PackageNotFoundError: one is not installed.
    """
    parts = {part.name: part for name in names for part in _parts(name)}
    key = hashlib.sha256("\n".join(str(part) for part in sorted(parts.values())).encode()).hexdigest()[:16]
    made = folder / key
    made.mkdir(parents=True, exist_ok=True)
    for name, part in parts.items():
        with suppress(FileExistsError):
            (made / name).symlink_to(part)
    return made


def _parts(name: str) -> Iterable[Path]:
    found = distribution(name)
    tops = {file.parts[0] for file in found.files or ()} - {"..", "__pycache__"}
    return (Path(str(found.locate_file(top))).resolve() for top in sorted(tops))
