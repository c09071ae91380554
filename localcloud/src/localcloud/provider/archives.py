"""Archives that a program hands over, as zip files: the same content is always the same bytes."""

import io
import tarfile
import zipfile
from collections.abc import Iterator
from pathlib import Path

from localcloud.provider.errors import ProviderError
from localcloud.provider.values import Asset

_MOMENT = (1980, 1, 1, 0, 0, 0)
_FILE_MODE, _PROGRAM_MODE = 0o100644, 0o100755


def zipped(archive: Asset) -> bytes:
    """Return a zip file of what an archive holds; a zip file is returned as it is.

    Raises:
        ProviderError: it is no archive of files here: a text, an address, or a path that is not there.
    """
    path = Path(archive.fields["path"]).expanduser() if archive.fields.get("path") else None
    if path is not None and path.is_file() and zipfile.is_zipfile(path):
        return path.read_bytes()
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content, runnable in sorted(_members(archive)):
            entry = zipfile.ZipInfo(name, _MOMENT)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = (_PROGRAM_MODE if runnable else _FILE_MODE) << 16
            file.writestr(entry, content)
    return target.getvalue()


_Member = tuple[str, bytes, bool]
"""A file of an archive: its name there, its content, whether it may be run."""


def _members(archive: Asset) -> Iterator[_Member]:
    fields = archive.fields
    if "assets" in fields:
        for name, part in fields["assets"].items():
            yield from _part(name, part)
    elif fields.get("path"):
        yield from _at(Path(fields["path"]).expanduser())
    else:
        raise ProviderError(f"code must be an archive of files on this machine; got {sorted(fields)}")


def _part(name: str, part: object) -> Iterator[_Member]:
    if not isinstance(part, Asset):
        raise ProviderError(f"{name!r} in an archive must be an asset or an archive, got {type(part).__name__}")
    fields = part.fields
    path = Path(fields["path"]).expanduser() if fields.get("path") else None
    if "text" in fields:
        yield name, str(fields["text"]).encode(), False
    elif path is not None and path.is_file() and not part.is_archive:
        yield name, path.read_bytes(), _runnable(path)
    else:
        yield from ((f"{name}/{inner}", content, runnable) for inner, content, runnable in _members(part))


def _at(path: Path) -> Iterator[_Member]:
    if path.is_dir():
        for file in path.rglob("*"):
            if file.is_file():
                yield file.relative_to(path).as_posix(), file.read_bytes(), _runnable(file)
    elif path.is_file() and zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as source:
            for entry in source.infolist():
                if not entry.is_dir():
                    yield entry.filename, source.read(entry), bool((entry.external_attr >> 16) & 0o100)
    elif path.is_file() and tarfile.is_tarfile(path):
        with tarfile.open(path) as source:
            for entry in source.getmembers():
                content = source.extractfile(entry) if entry.isfile() else None
                if content is not None:
                    yield entry.name, content.read(), bool(entry.mode & 0o100)
    else:
        raise ProviderError(f"an archive must be a folder, a zip file or a tar file; {path} is none")


def _runnable(path: Path) -> bool:
    return bool(path.stat().st_mode & 0o100)
