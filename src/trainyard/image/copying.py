"""An image copied by digest from one account's repository into another's, through ECR's API; no builder is needed.

Source: ECR API reference, *GetDownloadUrlForLayer*, *InitiateLayerUpload*, *UploadLayerPart*, *CompleteLayerUpload*,
*PutImage*.
"""

import hashlib
import json
import re
from typing import Any

import httpx
from botocore.exceptions import ClientError

from trainyard.errors import TrainyardError, UsageError

_IMAGE = re.compile(r"(?P<registry>\d{12})\.dkr\.ecr\.[\w.-]+/(?P<repository>[^@:]+)@(?P<digest>sha256:[0-9a-f]{64})")
_SINGLE = (
    "application/vnd.docker.distribution.manifest.v2+json",
    "application/vnd.oci.image.manifest.v1+json",
)
"""Manifests of one image; SageMaker runs no index of several."""
_DOWNLOAD_SECONDS = 60.0
"""Without a byte."""


def digest_of(image: str) -> str:
    """Return the digest of an image in ECR.

    Raises:
        UsageError: it is not named by digest.
    """
    return _parse(image)["digest"]


def copy_image(image: str, repository_url: str, *, source: Any, target: Any) -> str:
    """Copy an image into a repository and return its address there, by the same digest; one that is there is left.

    Args:
        image: `repository@sha256:…`.
        repository_url: of the repository that it goes to.
        source: a client of ECR that may read it.
        target: a client of ECR of the account that owns `repository_url`.

    Raises:
        UsageError: the image is not named by digest, or is an index of several.
        TrainyardError: it is not there, or came with another content.
    """
    parsed, repository = _parse(image), repository_url.partition("/")[2]
    digest = parsed["digest"]
    if not _is_there(target, repository, digest):
        manifest, kind = _manifest(source, parsed, image)
        described = json.loads(manifest)
        for part in (described["config"], *described["layers"]):
            _copy_part(str(part["digest"]), parsed, repository, source, target)
        _put(target, repository, digest, manifest, kind)
    return f"{repository_url}@{digest}"


def _parse(image: str) -> dict[str, str]:
    found = _IMAGE.fullmatch(image)
    if found is None:
        raise UsageError(
            f"The image {image} is not one of ECR by digest, so nobody can say that it stays what it is",
            where="the model package",
            cure="Register the model again with `trainyard pipeline run`, which names images by digest",
        )
    return found.groupdict()


def _is_there(target: Any, repository: str, digest: str) -> bool:
    asked = target.batch_get_image(repositoryName=repository, imageIds=[{"imageDigest": digest}])
    return bool(asked["images"])


def _manifest(source: Any, parsed: dict[str, str], image: str) -> tuple[str, str]:
    found = source.batch_get_image(
        registryId=parsed["registry"],
        repositoryName=parsed["repository"],
        imageIds=[{"imageDigest": parsed["digest"]}],
        acceptedMediaTypes=list(_SINGLE),
    )["images"]
    if not found:
        raise TrainyardError("The image of the model is not in its repository any more", where=image)
    text = str(found[0]["imageManifest"])
    kind = str(found[0].get("imageManifestMediaType") or json.loads(text).get("mediaType", ""))
    if kind not in _SINGLE:
        raise UsageError(f"The image is no single one but {kind or 'something else'}, which SageMaker does not run")
    if f"sha256:{hashlib.sha256(text.encode()).hexdigest()}" != parsed["digest"]:
        raise TrainyardError("ECR gave another manifest than the digest names; nothing was copied", where=image)
    return text, kind


def _copy_part(digest: str, parsed: dict[str, str], repository: str, source: Any, target: Any) -> None:
    """Stream one config or layer; ECR itself refuses a content that has not this digest."""
    here = target.batch_check_layer_availability(repositoryName=repository, layerDigests=[digest])["layers"]
    if any(layer["layerAvailability"] == "AVAILABLE" for layer in here):
        return
    url = source.get_download_url_for_layer(
        registryId=parsed["registry"], repositoryName=parsed["repository"], layerDigest=digest
    )["downloadUrl"]
    begun = target.initiate_layer_upload(repositoryName=repository)
    upload = {"repositoryName": repository, "uploadId": begun["uploadId"]}
    first = 0
    with httpx.stream("GET", url, timeout=_DOWNLOAD_SECONDS, follow_redirects=True) as answer:
        answer.raise_for_status()
        for block in answer.iter_raw(int(begun["partSize"])):
            last = first + len(block) - 1
            target.upload_layer_part(**upload, partFirstByte=first, partLastByte=last, layerPartBlob=block)
            first = last + 1
    _tolerate("LayerAlreadyExistsException", target.complete_layer_upload, **upload, layerDigests=[digest])


def _put(target: Any, repository: str, digest: str, manifest: str, kind: str) -> None:
    _tolerate(
        "ImageAlreadyExistsException",
        target.put_image,
        repositoryName=repository,
        imageManifest=manifest,
        imageManifestMediaType=kind,
        # Untagged images expire. No kind of ours: runs take the newest image of a kind.
        imageTag=f"promoted-{digest.removeprefix('sha256:')[:12]}",
        imageDigest=digest,
    )


def _tolerate(code: str, call: Any, **parameters: Any) -> None:
    """Call, and take it as done where somebody else has just done the same."""
    try:
        call(**parameters)
    except ClientError as error:
        if error.response["Error"]["Code"] != code:
            raise
