"""Brings a job's inputs from S3 into its container's folder."""

from pathlib import Path
from typing import Any

from localcloud.errors import ValidationError
from localcloud.sagemaker.jobs.failure import JobFailure
from localcloud.sagemaker.jobs.s3_locations import parse_s3_uri
from localcloud.sagemaker.jobs.s3_transfer import download
from localcloud.store import Document

OPT_ML = "/opt/ml"


def check_s3_source(source: Document, where: str, instances: int) -> None:
    """Refuse an S3 source that this cloud does not serve, or whose URI is not one.

    Raises:
        ValidationError: says what of `where` is not served.
    """
    parse_s3_uri(source["S3Uri"])
    if source.get("S3DataType", "S3Prefix") != "S3Prefix":
        raise ValidationError(
            f"{where}: S3DataType {source['S3DataType']} is not served by the local cloud; use S3Prefix."
        )
    if source.get("S3CompressionType", "None") != "None":
        raise ValidationError(f"{where}: S3CompressionType Gzip is not served by the local cloud; use None.")
    distribution = source.get("S3DataDistributionType", "FullyReplicated")
    if distribution == "ShardedByS3Key" and instances > 1:
        raise ValidationError(f"{where}: ShardedByS3Key over {instances} instances is not served by the local cloud.")


def check_container_path(path: str, where: str, root: str) -> None:
    """Refuse a path that a container of this kind cannot have.

    Raises:
        ValidationError: it is not below `root`.
    """
    if not (path == root or path.startswith(f"{root}/")) or ".." in Path(path).parts:
        raise ValidationError(f"{where}: LocalPath {path!r} must be a path under {root}.")


def host_path(opt_ml: Path, container_path: str) -> Path:
    """Return where a path below /opt/ml of the container lies on this machine."""
    return opt_ml / Path(container_path).relative_to(OPT_ML)


def fetch_input(s3: Any, uri: str, folder: Path, role_arn: str) -> None:
    """Download an input.

    Raises:
        JobFailure: S3 refused, or there is nothing at `uri`.
    """
    folder.mkdir(parents=True, exist_ok=True)
    location = parse_s3_uri(uri)
    if download(s3, location, folder) == 0:
        raise JobFailure(
            f'ClientError: No S3 objects found under S3 URL "{uri}" given in input data source. Please ensure that the '
            f'bucket exists, that objects exist under that S3 prefix, and that the role "{role_arn}" has '
            f'"s3:ListBucket" permissions on bucket "{location.bucket}".'
        )
