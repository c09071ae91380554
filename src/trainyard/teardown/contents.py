"""Empties buckets and repositories before they are deleted, with progress: the engine would do it in silence."""

from collections.abc import Callable, Iterable
from typing import Any

from trainyard.errors import TrainyardError

Say = Callable[[str], None]

BATCH = 100
"""Images that one BatchDeleteImage takes; DeleteObjects takes a page of versions, which is 1000 at most."""


def empty_bucket(s3: Any, bucket: str, account: str, say: Say) -> int:
    """Delete all versions and delete markers of a bucket and return how many there were.

    Raises:
        TrainyardError: S3 refuses some; the first refusal is told.
    """
    gone = 0
    refused: list[dict[str, Any]] = []
    pages = s3.get_paginator("list_object_versions").paginate(Bucket=bucket, ExpectedBucketOwner=account)
    for page in pages:
        rows = [*page.get("Versions", []), *page.get("DeleteMarkers", [])]
        if not rows:
            continue
        named = [{"Key": row["Key"], "VersionId": row["VersionId"]} for row in rows]
        answer = s3.delete_objects(Bucket=bucket, Delete={"Objects": named, "Quiet": True}, ExpectedBucketOwner=account)
        refused += answer.get("Errors", [])
        gone += len(rows) - len(answer.get("Errors", []))
        say(f"emptying bucket {bucket}: {gone} versions deleted")
    if refused:
        first = refused[0]
        raise TrainyardError(
            f"S3 refuses to delete {len(refused)} versions: {first.get('Code')}: {first.get('Message')}",
            where=f"{bucket}/{first.get('Key')}",
        )
    return gone


def empty_repository(ecr: Any, repository: str, say: Say) -> int:
    """Delete all images of a repository and return how many there were.

    Raises:
        TrainyardError: ECR refuses some; the first refusal is told.
    """
    pages = ecr.get_paginator("list_images").paginate(repositoryName=repository)
    # By digest: a tag would only take the name away, and leave an image that several names point at.
    digests = sorted({row["imageDigest"] for page in pages for row in page["imageIds"]})
    for batch in _batches(digests):
        answer = ecr.batch_delete_image(repositoryName=repository, imageIds=[{"imageDigest": one} for one in batch])
        if failures := answer.get("failures"):
            raise TrainyardError(
                f"ECR refuses to delete {len(failures)} images: {failures[0].get('failureReason')}", where=repository
            )
    if digests:
        say(f"emptied repository {repository}: {len(digests)} images deleted")
    return len(digests)


def _batches(digests: list[str]) -> Iterable[list[str]]:
    return (digests[start : start + BATCH] for start in range(0, len(digests), BATCH))
