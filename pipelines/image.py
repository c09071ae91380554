"""The image that a run uses, always named by digest: a tag could move between two steps."""

from typing import Any

from botocore.exceptions import ClientError

from pipelines.errors import RunRefused


def image_by_digest(repository_url: str, service: str, asked: str | None, ecr: Any) -> str:
    """Return `repository@sha256:…` of the image that was asked for, by default the one pushed last.

    Args:
        repository_url: address of the service's ECR repository.
        service: name of the service, for the message.
        asked: None, a tag, or a full reference by tag or digest.
        ecr: a boto3 client.

    Raises:
        RunRefused: there is no such image.
    """
    registry, _, repository = repository_url.partition("/")
    wanted = _identifier(repository_url, asked)
    try:
        pages = ecr.get_paginator("describe_images").paginate(
            registryId=registry.partition(".")[0],
            repositoryName=repository,
            **({"imageIds": [wanted]} if wanted else {}),
        )
        found = [image for page in pages for image in page["imageDetails"]]
    except ClientError as error:
        if error.response["Error"]["Code"] not in ("ImageNotFoundException", "RepositoryNotFoundException"):
            raise
        found = []
    if not found:
        raise RunRefused(
            f"There is no image {asked!r} of {service}" if asked else f"No image of {service} has been pushed",
            where=repository_url,
            cure=f"Run `trainyard image push {service}`",
        )
    newest = max(found, key=lambda image: (image["imagePushedAt"], image["imageDigest"]))
    return f"{repository_url}@{newest['imageDigest']}"


def _identifier(repository_url: str, asked: str | None) -> dict[str, str] | None:
    if asked is None:
        return None
    rest = asked.removeprefix(repository_url)
    if rest == asked and "/" in asked:
        raise RunRefused(
            f"The image {asked} is not in the service's own repository", where="--image", cure=f"Use {repository_url}"
        )
    if rest.startswith("@"):
        return {"imageDigest": rest[1:]}
    if rest.startswith("sha256:"):
        return {"imageDigest": rest}
    return {"imageTag": rest.removeprefix(":")}
