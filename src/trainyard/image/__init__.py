"""A service's container images: built from `containers/`, pushed by digest; on the local cloud, folders of code."""

from trainyard.image.builder import BUILDERS, find_builder
from trainyard.image.building import BuildPlan, Built, build
from trainyard.image.copying import copy_image
from trainyard.image.copying import digest_of as image_digest
from trainyard.image.ecr import push_containers
from trainyard.image.local_cloud import ImageRequest, is_local, push_folders
from trainyard.image.pushed import Pushed
from trainyard.image.recipe import BASE
from trainyard.image.sources import default_entrypoint, image_sources

__all__ = [
    "BASE",
    "BUILDERS",
    "BuildPlan",
    "Built",
    "ImageRequest",
    "Pushed",
    "build",
    "copy_image",
    "default_entrypoint",
    "find_builder",
    "image_digest",
    "image_sources",
    "is_local",
    "push_containers",
    "push_folders",
]
