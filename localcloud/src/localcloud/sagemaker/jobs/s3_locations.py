"""Where objects go: S3 URIs, and the paths that a prefix's objects get in a container. Pure."""

import re
from dataclasses import dataclass
from pathlib import PurePosixPath

from localcloud.errors import ValidationError

_URI = re.compile(r"s3://(?P<bucket>[^/]+)/?(?P<key>.*)", re.DOTALL)


@dataclass(frozen=True)
class S3Location:
    """A bucket and a key or key prefix."""

    bucket: str
    key: str

    @property
    def uri(self) -> str:
        """The location as `s3://bucket/key`."""
        return f"s3://{self.bucket}/{self.key}"

    def child(self, *parts: str) -> "S3Location":
        """Return the location of `parts` below this one."""
        return S3Location(self.bucket, "/".join([*filter(None, [self.key.rstrip("/")]), *parts]))


def parse_s3_uri(uri: str) -> S3Location:
    """Return the location that `uri` names.

    Raises:
        ValidationError: it is not of the form s3://bucket/key.
    """
    found = _URI.fullmatch(uri)
    if not found:
        raise ValidationError(f"The S3 URI {uri!r} is not of the form s3://bucket/key.")
    return S3Location(found["bucket"], found["key"])


def local_path(prefix: str, key: str) -> PurePosixPath | None:
    """Return where the object `key` goes below an input's folder, or None for a folder marker.

    A prefix is a string, not a folder: `data/2011` matches `data/2011-08.csv` too, which keeps its name.

    Raises:
        ValidationError: the key would leave the folder.
    """
    if key.endswith("/"):
        return None
    if not prefix or prefix.endswith("/"):
        rest = key[len(prefix) :]
    elif key.startswith(f"{prefix}/"):
        rest = key[len(prefix) + 1 :]
    else:
        rest = key[prefix.rfind("/") + 1 :]
    path = PurePosixPath(rest.lstrip("/"))
    if ".." in path.parts:
        raise ValidationError(f"The S3 object {key!r} has '..' in its key and cannot be downloaded to a container.")
    return path
