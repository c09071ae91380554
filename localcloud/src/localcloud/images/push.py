"""Pushes an image to a running local cloud: its content to the cloud's shelf, its manifest to ECR."""

import base64
import json
from collections.abc import Callable
from typing import Any

import urllib3
from botocore.exceptions import ClientError

from localcloud.errors import LocalCloudError
from localcloud.images.archive import Archive
from localcloud.images.reference import Reference
from localcloud.scope import Scope


def push(archive: Archive, reference: Reference, *, endpoint_url: str, client: Callable[[str, Scope], Any]) -> str:
    """Push an image under `reference.tag` and return its digest; a tag that has it already is left alone.

    Raises:
        LocalCloudError: there is no such repository, the tag may not move, or the cloud refused the content.
    """
    ecr = client("ecr", reference.scope)
    _require_repository(ecr, reference)
    _upload(archive, endpoint_url)
    if _tagged(ecr, reference) == archive.digest:
        return archive.digest
    try:
        ecr.put_image(
            repositoryName=reference.repository,
            imageManifest=archive.manifest,
            imageTag=reference.tag,
            imageDigest=archive.digest,
        )
    except ClientError as error:
        raise LocalCloudError(
            f"the image could not be pushed to {reference.repository}:{reference.tag}: "
            f"{error.response['Error']['Message']}"
        ) from error
    return archive.digest


def _require_repository(ecr: Any, reference: Reference) -> None:
    try:
        ecr.describe_repositories(repositoryNames=[reference.repository])
    except ClientError as error:
        raise LocalCloudError(
            f"there is no ECR repository {reference.repository!r} in account {reference.scope.account}, "
            f"{reference.scope.region}; create it first (`pulumi up` does for Trainyard's environments)"
        ) from error


def _tagged(ecr: Any, reference: Reference) -> str | None:
    """Return the digest that the tag has now."""
    found = ecr.batch_get_image(repositoryName=reference.repository, imageIds=[{"imageTag": reference.tag}])["images"]
    return found[0]["imageId"]["imageDigest"] if found else None


def _upload(archive: Archive, endpoint_url: str) -> None:
    body = {
        "manifest": archive.manifest,
        "config": archive.config,
        "layer": base64.b64encode(archive.layer).decode(),
    }
    with urllib3.PoolManager() as http:
        answer = http.request("POST", f"{endpoint_url}/_localcloud/images", body=json.dumps(body))
    if answer.status != 200:
        raise LocalCloudError(f"the local cloud at {endpoint_url} refused the image: {answer.data.decode()}")
