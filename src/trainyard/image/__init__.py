"""A service's container image put into its repository: on the local cloud, from the folders of this checkout."""

from trainyard.image.pushing import ImageRequest, push
from trainyard.image.sources import default_entrypoint, image_sources

__all__ = ["ImageRequest", "default_entrypoint", "image_sources", "push"]
