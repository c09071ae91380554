"""The model registry: groups of versioned model packages, and unversioned packages beside them."""

from localcloud.sagemaker.packages import groups, lifecycle, listings

__all__ = ["groups", "lifecycle", "listings"]
