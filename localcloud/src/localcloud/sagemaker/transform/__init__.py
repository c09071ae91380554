"""Batch transform jobs: a model's serving container, fed with the objects of a prefix."""

from localcloud.cloud import Cloud
from localcloud.sagemaker.jobs.recovery import fail_interrupted
from localcloud.sagemaker.transform import operations
from localcloud.sagemaker.transform.job import TRANSFORM

__all__ = ["operations", "start"]


def start(cloud: Cloud) -> None:
    """Fail the jobs that ran when the cloud was last stopped."""
    fail_interrupted(cloud, TRANSFORM, "TransformEndTime")
