"""The images that a run uses, always named by digest: a tag could move between two steps."""

from collections.abc import Mapping
from typing import Any

from botocore.exceptions import ClientError

from pipelines.errors import RunRefused
from pipelines.image_kind import kind_of

_ABSENT = ("ImageNotFoundException", "RepositoryNotFoundException")


def newest_image(repository_url: str, service: str, kind: str, ecr: Any) -> str:
    """Return `repository@sha256:…` of the image of a kind that was pushed last.

    Args:
        repository_url: address of the service's ECR repository.
        service: name of the service, for the message.
        kind: one of `pipelines.image_kind.KINDS`.
        ecr: a boto3 client.

    Raises:
        RunRefused: none of that kind has been pushed.
    """
    found = [image for image in _images(repository_url, ecr) if kind in map(kind_of, image.get("imageTags", []))]
    if not found:
        raise RunRefused(
            f"No {kind} image of {service} has been pushed",
            where=repository_url,
            cure=f"Run `trainyard image push {service}`",
        )
    newest = max(found, key=lambda image: (image["imagePushedAt"], image["imageDigest"]))
    return f"{repository_url}@{newest['imageDigest']}"


def image_by_digest(repository_url: str, service: str, asked: str, option: str, ecr: Any) -> str:
    """Return `repository@sha256:…` of the image that was asked for.

    Args:
        repository_url: address of the service's ECR repository.
        service: name of the service, for the message.
        asked: a tag, or a full reference by tag or digest.
        option: where it was asked for, for the message.
        ecr: a boto3 client.

    Raises:
        RunRefused: there is no such image.
    """
    found = _images(repository_url, ecr, _identifier(repository_url, asked, option))
    if not found:
        raise RunRefused(
            f"There is no image {asked!r} of {service}",
            where=repository_url,
            cure=f"Run `trainyard image push {service}`",
        )
    return f"{repository_url}@{found[0]['imageDigest']}"


def _images(repository_url: str, ecr: Any, wanted: Mapping[str, str] | None = None) -> list[dict[str, Any]]:
    registry, _, repository = repository_url.partition("/")
    try:
        pages = ecr.get_paginator("describe_images").paginate(
            registryId=registry.partition(".")[0],
            repositoryName=repository,
            **({"imageIds": [dict(wanted)]} if wanted else {}),
        )
        return [image for page in pages for image in page["imageDetails"]]
    except ClientError as error:
        if error.response["Error"]["Code"] not in _ABSENT:
            raise
        return []


def _identifier(repository_url: str, asked: str, option: str) -> dict[str, str]:
    rest = asked.removeprefix(repository_url)
    if rest == asked and "/" in asked:
        raise RunRefused(
            f"The image {asked} is not in the service's own repository", where=option, cure=f"Use {repository_url}"
        )
    if rest.startswith("@"):
        return {"imageDigest": rest[1:]}
    if rest.startswith("sha256:"):
        return {"imageDigest": rest}
    return {"imageTag": rest.removeprefix(":")}
