"""Container images without containers: manifests in ECR, and folders that run."""

from localcloud.images.registry import EcrImages

__all__ = ["EcrImages"]
