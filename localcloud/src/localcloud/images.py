"""Container images without containers: what ECR holds, as folders that run."""

from pathlib import Path

from localcloud.cloud import Image
from localcloud.errors import ValidationError
from localcloud.scope import Scope


class EcrImages:
    """Resolves image references through ECR to folders below the home."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def resolve(self, scope: Scope, uri: str) -> Image:
        """Return the image behind `uri`."""
        raise ValidationError(f"there is no image {uri}")
