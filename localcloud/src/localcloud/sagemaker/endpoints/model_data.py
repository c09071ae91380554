"""Brings a model's files from S3 to the folder that becomes `/opt/ml/model`."""

import tarfile
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from botocore.exceptions import ClientError

from localcloud.cloud import Cloud
from localcloud.errors import ValidationError
from localcloud.scope import Scope
from localcloud.unpacking import unpack


def fetch_model_data(cloud: Cloud, scope: Scope, container: Mapping[str, Any], folder: Path) -> None:
    """Fill `folder` with the model data of a container definition; one without model data leaves it empty.

    Raises:
        ValidationError: the object is missing, cannot be read, or is no gzipped tar archive.
    """
    folder.mkdir(parents=True, exist_ok=True)
    source = container.get("ModelDataSource", {}).get("S3DataSource")
    if source and source.get("CompressionType") == "None":
        _fetch_prefix(cloud, scope, source["S3Uri"], folder)
        return
    uri = source["S3Uri"] if source else container.get("ModelDataUrl")
    if uri:
        _fetch_archive(cloud, scope, uri, folder)


def _fetch_archive(cloud: Cloud, scope: Scope, uri: str, folder: Path) -> None:
    bucket, key = _split(uri)
    with tempfile.TemporaryFile(dir=folder.parent) as file:
        try:
            cloud.client("s3", scope).download_fileobj(bucket, key, file)
        except ClientError as error:
            raise ValidationError(f"Could not find model data at {uri}: {error}") from error
        file.seek(0)
        try:
            with tarfile.open(fileobj=file, mode="r:gz") as archive:
                unpack(archive, folder)
        except (tarfile.TarError, OSError, EOFError) as error:
            raise ValidationError(f"Failed to extract model data archive {uri}: {error}") from error


def _fetch_prefix(cloud: Cloud, scope: Scope, uri: str, folder: Path) -> None:
    bucket, prefix = _split(uri)
    s3 = cloud.client("s3", scope)
    try:
        pages = s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix)
        keys = [entry["Key"] for page in pages for entry in page.get("Contents", ())]
    except ClientError as error:
        raise ValidationError(f"Could not find model data at {uri}: {error}") from error
    if not keys:
        raise ValidationError(f"Could not find model data at {uri}: no object has this prefix.")
    for key in keys:
        if key.endswith("/"):
            continue
        target = (folder / key.removeprefix(prefix)).resolve()
        if not target.is_relative_to(folder.resolve()):
            raise ValidationError(f"The key {key} of model data {uri} leads out of the model folder.")
        target.parent.mkdir(parents=True, exist_ok=True)
        s3.download_file(bucket, key, str(target))


def _split(uri: str) -> tuple[str, str]:
    parts = urlsplit(uri)
    if parts.scheme == "s3":
        return parts.netloc, parts.path.lstrip("/")
    # The older https form: https://s3.<region>.amazonaws.com/<bucket>/<key>
    bucket, _, key = parts.path.lstrip("/").partition("/")
    return bucket, key
