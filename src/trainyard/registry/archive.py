"""A model archive in S3: where it is, what it is now, and its content read in blocks of constant size."""

import hashlib
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

from trainyard.errors import TrainyardError

BLOCK_BYTES = 8 * 1024 * 1024
"""Read and written at once; S3 takes parts of 5 MiB or more, and 10,000 of them (S3 user guide, "Multipart limits")."""


@dataclass(frozen=True, kw_only=True)
class Place:
    """An object of a bucket that an account must own."""

    s3: Any
    account: str
    bucket: str
    key: str

    @classmethod
    def of(cls, url: str, account: str, s3: Any) -> "Place":
        """Return the place that `s3://bucket/key` names."""
        bucket, _, key = url.removeprefix("s3://").partition("/")
        return cls(s3=s3, account=account, bucket=bucket, key=key)

    @property
    def url(self) -> str:
        """The address."""
        return f"s3://{self.bucket}/{self.key}"

    @property
    def request(self) -> dict[str, str]:
        """What every call on the object sends."""
        return {"Bucket": self.bucket, "Key": self.key, "ExpectedBucketOwner": self.account}


@dataclass(frozen=True, kw_only=True)
class Stamp:
    """What an object is now; another content has another stamp."""

    etag: str
    modified: str
    """As ISO 8601."""


def stamp(place: Place) -> Stamp | None:
    """Return the stamp of an object, None where there is none. It is listed, so no right to read it is needed."""
    listed = place.s3.list_objects_v2(
        Bucket=place.bucket, Prefix=place.key, MaxKeys=1, ExpectedBucketOwner=place.account
    ).get("Contents", [])
    if not listed or listed[0]["Key"] != place.key:
        return None
    return Stamp(etag=listed[0]["ETag"], modified=listed[0]["LastModified"].isoformat())


def blocks(place: Place) -> Iterator[bytes]:
    """Yield the content of an object, at most `BLOCK_BYTES` at once."""
    body = place.s3.get_object(**place.request)["Body"]
    with body:
        while block := body.read(BLOCK_BYTES):
            yield block


def sha256(place: Place) -> str:
    """Return the SHA-256 of an object's content, in hex."""
    digest = hashlib.sha256()
    for block in blocks(place):
        digest.update(block)
    return digest.hexdigest()


def copy(source: Place, target: Place, *, key_arn: str, expected: str) -> None:
    """Stream an object into another account's bucket, encrypted with that account's key; all of it or nothing.

    Args:
        source: read with its owner's credentials.
        target: written with its owner's credentials.
        key_arn: key of the target.
        expected: SHA-256 of the content; another content is not written.

    Raises:
        TrainyardError: the content changed while it was read; nothing was written.
    """
    begun = target.s3.create_multipart_upload(
        **target.request,
        ServerSideEncryption="aws:kms",
        SSEKMSKeyId=key_arn,
        BucketKeyEnabled=True,
        Metadata={"sha256": expected},
    )
    upload = {**target.request, "UploadId": begun["UploadId"]}
    try:
        parts = _upload(source, target, upload, expected)
        target.s3.complete_multipart_upload(**upload, MultipartUpload={"Parts": parts})
    except BaseException:
        with suppress(ClientError):  # what went wrong is told, not that nothing was left to be taken back
            target.s3.abort_multipart_upload(**upload)
        raise


def _upload(source: Place, target: Place, upload: dict[str, str], expected: str) -> list[dict[str, Any]]:
    digest, parts = hashlib.sha256(), []
    for number, block in enumerate(blocks(source), 1):
        digest.update(block)
        part = target.s3.upload_part(**upload, PartNumber=number, Body=block)
        parts.append({"PartNumber": number, "ETag": part["ETag"]})
    if digest.hexdigest() != expected:
        raise TrainyardError(
            f"The model archive changed while it was copied: its SHA-256 is {digest.hexdigest()}, not {expected}",
            where=source.url,
            cure="Find out who overwrites it; nothing was written",
        )
    return parts
