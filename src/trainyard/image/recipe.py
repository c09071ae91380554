"""What each kind of image is built from: a Dockerfile of `containers/`, a lock of `requirements/`, build arguments."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from pipelines.image_kind import SERVING, TRAINING, TRAINING_GPU

BASE = "docker.io/library/python:3.11-slim-bookworm"
"""The Dockerfiles' own default; stated here too because it is part of what an image's tag stands for."""

ALWAYS = ("containers/unprivileged.py", "containers/unprivileged.pth", "requirements/sbom.lock")
"""Files that every image is built with."""


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """How one kind of image is built; paths are relative to the checkout."""

    dockerfile: str
    lock: str
    files: tuple[str, ...] = ALWAYS
    arguments: Mapping[str, str] = field(default_factory=dict[str, str])

    def build_arguments(self, base: str) -> dict[str, str]:
        """Return the build arguments that shape the image.

        START_AS: SageMaker asks for containers that start as root; why, and who they become, is in the Dockerfile.
        """
        return {"BASE": base, "LOCK": self.lock, "START_AS": "root", **self.arguments}


RECIPES = {
    TRAINING: Recipe(dockerfile="training.Dockerfile", lock="training.lock"),
    TRAINING_GPU: Recipe(
        dockerfile="training.Dockerfile", lock="training-gpu.lock", arguments={"NVIDIA_VISIBLE_DEVICES": "all"}
    ),
    SERVING: Recipe(dockerfile="serving.Dockerfile", lock="serving.lock", files=(*ALWAYS, "containers/healthcheck.py")),
}
"""By kind."""
