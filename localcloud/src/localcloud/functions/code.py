"""A function's code: the zip file as it came, and the folder that it is run from, by the SHA-256 of the archive.

Sources: Lambda developer guide, "Lambda quotas" (50 MB zipped, 250 MB unzipped); API reference, FunctionCode.
"""

import base64
import binascii
import hashlib
import io
import shutil
import tempfile
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError

from localcloud.cloud import Cloud
from localcloud.errors import AwsError
from localcloud.functions.errors import InvalidParameter
from localcloud.scope import Scope

_ZIPPED_BYTES = 52_428_800
_UNZIPPED_BYTES = 262_144_000
_UNREADABLE = "Could not unzip uploaded file. Please check your file, then try to upload again."


@dataclass(frozen=True)
class Code:
    """An archive that was checked."""

    content: bytes

    @property
    def digest(self) -> str:
        """Its SHA-256, in hexadecimal."""
        return hashlib.sha256(self.content).hexdigest()

    @property
    def members(self) -> dict[str, Any]:
        """What a function's configuration says of its code."""
        digest = base64.b64encode(hashlib.sha256(self.content).digest()).decode()
        return {"CodeSha256": digest, "CodeSize": len(self.content), "_Digest": self.digest}


def fetch(cloud: Cloud, scope: Scope, source: Mapping[str, Any]) -> Code:
    """Return the archive that CreateFunction or UpdateFunctionCode names.

    Raises:
        AwsError: there is none, it is too large, or it is no zip file.
    """
    if source.get("ImageUri"):
        raise InvalidParameter("Container images are not served by the local cloud: it runs functions from zip files.")
    if source.get("S3Bucket"):
        return _checked(_object(cloud, scope, source))
    if not source.get("ZipFile"):
        raise InvalidParameter("Please provide a source for function code.")
    try:
        content = base64.b64decode(source["ZipFile"], validate=True)
    except binascii.Error:
        raise InvalidParameter(_UNREADABLE) from None
    if len(content) > _ZIPPED_BYTES:
        text = f"Zipped size must be smaller than {_ZIPPED_BYTES} bytes"
        raise AwsError(text, code="RequestEntityTooLargeException", status=413)
    return _checked(content)


def keep(folder: Path, code: Code) -> None:
    """Unpack an archive below `folder`, once: functions of the same code may be made at the same moment."""
    place = folder / code.digest
    if place.is_dir():
        return
    folder.mkdir(parents=True, exist_ok=True)
    partial = Path(tempfile.mkdtemp(prefix="unpacking-", dir=folder))
    with zipfile.ZipFile(io.BytesIO(code.content)) as archive:
        for member in archive.infolist():
            target = Path(archive.extract(member, partial / "task"))
            if mode := (member.external_attr >> 16) & 0o777:
                target.chmod(mode | (0o700 if target.is_dir() else 0o400))
    (partial / "code.zip").write_bytes(code.content)
    try:
        partial.rename(place)
    except OSError:
        if not place.is_dir():  # else another call was faster
            raise
        shutil.rmtree(partial)


def task_root(folder: Path, digest: str) -> Path:
    """Return the folder that an archive was unpacked to."""
    return folder / digest / "task"


def _object(cloud: Cloud, scope: Scope, source: Mapping[str, Any]) -> bytes:
    version = {"VersionId": source["S3ObjectVersion"]} if source.get("S3ObjectVersion") else {}
    try:
        answer = cloud.client("s3", scope).get_object(Bucket=source["S3Bucket"], Key=source.get("S3Key", ""), **version)
    except ClientError as error:
        found = error.response["Error"]
        raise InvalidParameter(
            f"Error occurred while GetObject. S3 Error Code: {found['Code']}. S3 Error Message: {found['Message']}"
        ) from None
    return answer["Body"].read()


def _checked(content: bytes) -> Code:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            members = archive.infolist()
            damaged = archive.testzip()
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError):
        raise InvalidParameter(_UNREADABLE) from None
    if damaged:
        raise InvalidParameter(_UNREADABLE)
    if not members:
        raise InvalidParameter("Uploaded file must be a non-empty zip")
    if sum(member.file_size for member in members) > _UNZIPPED_BYTES:
        raise InvalidParameter(f"Unzipped size must be smaller than {_UNZIPPED_BYTES} bytes")
    return Code(content)
