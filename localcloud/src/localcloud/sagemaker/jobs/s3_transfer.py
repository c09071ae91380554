"""Copies a prefix's objects into a folder and a folder's files to a prefix."""

import shutil
from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError

from localcloud.sagemaker.jobs.failure import JobFailure
from localcloud.sagemaker.jobs.s3_locations import S3Location, local_path


def download(s3: Any, source: S3Location, folder: Path) -> int:
    """Copy all objects whose keys start with `source.key` into `folder` and return how many there were.

    Raises:
        JobFailure: S3 refused, or two keys cannot both be files.
    """
    count = 0
    try:
        for page in s3.get_paginator("list_objects_v2").paginate(Bucket=source.bucket, Prefix=source.key):
            for item in page.get("Contents", []):
                path = local_path(source.key, item["Key"])
                if path is not None:
                    _fetch(s3, source.bucket, item["Key"], folder / path)
                    count += 1
    except ClientError as error:
        raise JobFailure(f"ClientError: Data download failed: {source.uri}: {error}") from error
    except (NotADirectoryError, IsADirectoryError, FileExistsError) as error:
        raise JobFailure(
            f"ClientError: Data download failed: a key below {source.uri} is both a file and a folder ({error})"
        ) from error
    return count


def _fetch(s3: Any, bucket: str, key: str, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    body = s3.get_object(Bucket=bucket, Key=key)["Body"]
    with body, target.open("wb") as file:
        shutil.copyfileobj(body, file, 1 << 20)


def upload_folder(s3: Any, folder: Path, target: S3Location, kms_key: str | None) -> int:
    """Copy all files below `folder` to keys below `target` and return how many there were.

    Raises:
        JobFailure: S3 refused.
    """
    files = sorted(path for path in folder.rglob("*") if path.is_file()) if folder.is_dir() else []
    for path in files:
        upload_file(s3, path, target.child(*path.relative_to(folder).parts), kms_key)
    return len(files)


def upload_file(s3: Any, path: Path, target: S3Location, kms_key: str | None) -> None:
    """Copy one file to the key `target`, encrypted with `kms_key` if there is one.

    Raises:
        JobFailure: S3 refused.
    """
    encryption = {"ServerSideEncryption": "aws:kms", "SSEKMSKeyId": kms_key} if kms_key else {}
    try:
        with path.open("rb") as file:
            s3.put_object(Bucket=target.bucket, Key=target.key, Body=file, **encryption)
    except ClientError as error:
        raise JobFailure(f"ClientError: Failed to upload to {target.uri}: {error}") from error
