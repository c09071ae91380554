"""ECR's GetDownloadUrlForLayer, which moto lacks: the address of a config or layer that was pushed to this cloud.

Source: ECR API reference, *GetDownloadUrlForLayer* ("You can only get URLs for image layers that are referenced in an
image"). The address is not signed and does not expire.
"""

import json
from typing import Any

from moto.core.exceptions import ServiceException
from moto.core.responses import ActionResult
from moto.ecr.responses import ECRResponse

PATH = "layers/"
"""Below the cloud's own addresses."""


class LayersNotFoundException(ServiceException):
    """No image of the repository refers to the layer."""

    code = "LayersNotFoundException"


def _get_download_url_for_layer(self: Any) -> ActionResult:
    name, digest = self._get_param("repositoryName"), self._get_param("layerDigest")
    repository: Any = self.ecr_backend._get_repository(name, self._get_param("registryId"))
    image = next((image for image in repository.images if digest in _parts(image.image_manifest)), None)
    if image is None:
        raise LayersNotFoundException(
            f"The layer with digest '{digest}' does not exist within the repository with name '{name}' "
            f"in the registry with id '{repository.registry_id}'"
        )
    url = self.parsed_url
    return ActionResult(
        {
            "layerDigest": digest,
            "downloadUrl": f"{url.scheme}://{url.netloc}/_localcloud/{PATH}{image.image_digest}/{digest}",
        }
    )


def _parts(manifest: str) -> list[str]:
    described = json.loads(manifest)
    return [part["digest"] for part in (described.get("config"), *described.get("layers", [])) if part]


ECRResponse.get_download_url_for_layer = _get_download_url_for_layer  # type: ignore[method-assign]
