"""Where a history of increments is kept: a folder, or a prefix of a bucket."""

import os
import tempfile
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import urlsplit

from recommender.errors import BadSource

_TAKEN = {"PreconditionFailed", "ConditionalRequestConflict"}
"""What S3 answers where somebody else's object is, or is being written."""


class Store(Protocol):
    """Files by name; a name has folders in it."""

    def names(self, folder: str) -> list[str]:
        """Return the names in a folder, sorted."""
        ...

    def fetch(self, name: str, path: Path) -> None:
        """Write a file's content to `path`."""
        ...

    def keep(self, path: Path, name: str) -> None:
        """Keep a file whose name says its content, so that keeping it again changes nothing."""
        ...

    def claim(self, name: str, content: bytes) -> bool:
        """Write a file unless there is one; return whether it was written. Of several at once, one is told yes."""
        ...

    def address(self, name: str) -> str:
        """Return where a file can be found from outside."""
        ...


class FolderStore:
    """A history in a folder of one file system."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def names(self, folder: str) -> list[str]:
        """See `Store.names`."""
        found = (path for path in (self._root / folder).glob("*") if not path.name.startswith("."))
        return sorted(f"{folder}/{path.name}" for path in found)

    def fetch(self, name: str, path: Path) -> None:
        """See `Store.fetch`."""
        path.write_bytes((self._root / name).read_bytes())

    def keep(self, path: Path, name: str) -> None:
        """See `Store.keep`."""
        scratch = self._scratch(name, path.read_bytes())
        os.replace(scratch, self._root / name)

    def claim(self, name: str, content: bytes) -> bool:
        """See `Store.claim`: a hard link is made whole or not at all, and never over another."""
        scratch = self._scratch(name, content)
        try:
            os.link(scratch, self._root / name)
        except FileExistsError:
            return False
        finally:
            scratch.unlink()
        return True

    def address(self, name: str) -> str:
        """See `Store.address`."""
        return str(self._root / name)

    def _scratch(self, name: str, content: bytes) -> Path:
        """Return a file beside the place that holds the content, on the disk and not only on its way there."""
        folder = (self._root / name).parent
        folder.mkdir(parents=True, exist_ok=True)
        handle, path = tempfile.mkstemp(dir=folder, prefix=".")
        with open(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        return Path(path)


class BucketStore:
    """A history below a prefix of an S3 bucket."""

    def __init__(self, bucket: str, prefix: str, s3: Any, account: str | None = None) -> None:
        """Args: `account` must own the bucket; None leaves that unchecked."""
        self._bucket = bucket
        self._prefix = prefix
        self._s3 = s3
        self._owner = {"ExpectedBucketOwner": account} if account else {}

    def names(self, folder: str) -> list[str]:
        """See `Store.names`."""
        asked = {"Bucket": self._bucket, "Prefix": f"{self._prefix}{folder}/", **self._owner}
        pages = self._s3.get_paginator("list_objects_v2").paginate(**asked)
        keys = (item["Key"] for page in pages for item in page.get("Contents", []))
        return sorted(key.removeprefix(self._prefix) for key in keys)

    def fetch(self, name: str, path: Path) -> None:
        """See `Store.fetch`."""
        self._s3.download_file(self._bucket, self._prefix + name, str(path), ExtraArgs=self._owner)

    def keep(self, path: Path, name: str) -> None:
        """See `Store.keep`."""
        self._s3.upload_file(str(path), self._bucket, self._prefix + name, ExtraArgs=self._owner)

    def claim(self, name: str, content: bytes) -> bool:
        """See `Store.claim`: S3 writes only where no object is (`If-None-Match: *`)."""
        key = self._prefix + name
        try:
            self._s3.put_object(Bucket=self._bucket, Key=key, Body=content, IfNoneMatch="*", **self._owner)
        except self._s3.exceptions.ClientError as error:
            if error.response["Error"]["Code"] not in _TAKEN:
                raise
            return False
        return True

    def address(self, name: str) -> str:
        """See `Store.address`."""
        return f"s3://{self._bucket}/{self._prefix}{name}"


def open_store(address: str, account: str | None = None) -> Store:
    """Return the store at an S3 address or a folder.

    Args:
        address: `s3://bucket/prefix` or a path.
        account: that must own the bucket.

    Raises:
        BadSource: the address is of another kind.
    """
    parts = urlsplit(address)
    if parts.scheme == "s3":
        import boto3

        return BucketStore(parts.netloc, parts.path.strip("/") + "/", boto3.client("s3"), account)
    if parts.scheme:
        raise BadSource(f"a history is kept at s3://bucket/prefix or in a folder, not at {address}")
    return FolderStore(Path(address))
