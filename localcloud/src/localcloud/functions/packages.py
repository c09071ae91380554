"""Folders that hold some of the installed distributions and nothing else, for processes that must not see the rest."""

import hashlib
from collections.abc import Iterable, Sequence
from contextlib import suppress
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

from localcloud.functions.errors import InvalidParameter

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


def check_installed() -> None:
    """Make sure that functions can run here.

    Raises:
        InvalidParameter: AWS's runtime client is not installed; there is none for this platform, most likely.
    """
    try:
        distribution(RUNTIME[0])
    except PackageNotFoundError:
        raise InvalidParameter(
            f"Functions cannot run in this local cloud: the package {RUNTIME[0]}, AWS's runtime client, is not "
            "installed. It is a dependency on Linux only; run the local cloud there, in WSL 2 or in a Linux VM."
        ) from None


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
