"""Unpacks archives that somebody else made: files and folders that stay inside, nothing else.

`tarfile` has a filter for this from Python 3.11.4 on; Debian 12 ships 3.11.2.
"""

import tarfile
from pathlib import Path


def unpack(archive: tarfile.TarFile, folder: Path) -> None:
    """Extract an open archive into `folder`.

    Raises:
        tarfile.TarError: a member is a link or a device, or its path leaves the folder.
    """
    if hasattr(tarfile, "data_filter"):
        archive.extractall(folder, filter="data")
        return
    inside = folder.resolve()
    for member in archive.getmembers():
        target = (inside / member.name).resolve()
        if not (member.isfile() or member.isdir()) or not target.is_relative_to(inside):
            raise tarfile.ReadError(f"member {member.name!r} is no plain file or folder inside the archive")
    archive.extractall(folder)
