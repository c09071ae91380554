"""Training jobs, as processes under the SageMaker training contract."""

from localcloud.cloud import Cloud
from localcloud.sagemaker.jobs.recovery import fail_interrupted
from localcloud.sagemaker.training import operations
from localcloud.sagemaker.training.job import TRAINING

__all__ = ["operations", "start"]


def start(cloud: Cloud) -> None:
    """Fail the jobs that ran when the cloud was last stopped."""
    fail_interrupted(cloud, TRAINING, "TrainingEndTime")
