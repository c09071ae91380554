"""Processing jobs, as processes under the SageMaker processing contract."""

from functools import partial

from localcloud.cloud import Cloud
from localcloud.sagemaker.jobs.recovery import fail_interrupted
from localcloud.sagemaker.jobs.running import wake_at_shutdown
from localcloud.sagemaker.processing import operations
from localcloud.sagemaker.processing.job import PROCESSING

__all__ = ["operations", "start"]


def start(cloud: Cloud) -> None:
    """Fail the jobs that ran when the cloud was last stopped, and see that those of this run end with it."""
    fail_interrupted(cloud, PROCESSING, "ProcessingEndTime")
    cloud.spawn(partial(wake_at_shutdown, cloud), "jobs-shutdown")
