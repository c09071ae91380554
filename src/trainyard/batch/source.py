"""The bytes of a list of customers, from a file or from S3."""

from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError

from trainyard.errors import UsageError

_S3 = "s3://"


def read_source(source: str, s3: Any) -> bytes:
    """Return the content of a file or of an object, which the caller must be allowed to read.

    Raises:
        UsageError: there is no such thing, or it cannot be read.
    """
    return _object(source, s3) if source.startswith(_S3) else _file(source)


def _file(source: str) -> bytes:
    try:
        return Path(source).read_bytes()
    except OSError as error:
        raise _unreadable(source, error.strerror or str(error)) from error


def _object(source: str, s3: Any) -> bytes:
    bucket, _, key = source.removeprefix(_S3).partition("/")
    if not bucket or not key:
        raise _unreadable(source, "an address has a bucket and a key, s3://bucket/key")
    try:
        return s3.get_object(Bucket=bucket, Key=key)["Body"].read()
    except ClientError as error:
        raise _unreadable(source, f"S3 answers {error.response['Error']['Code']}") from error


def _unreadable(source: str, why: str) -> UsageError:
    return UsageError(
        f"The list of customers cannot be read: {why}",
        where=f"{source}; nothing was changed",
        cure="Name a CSV file, or an object that your credentials may read",
    )
