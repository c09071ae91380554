"""SageMaker's MLflow apps: each is a real `mlflow server`, reached by the app's ARN as MLflow's plugin for AWS does."""

from localcloud.cloud import Cloud
from localcloud.sagemaker.mlflow_apps import hosting, operations, presigned, recovery

__all__ = ["operations", "presigned", "start", "stop"]


def start(cloud: Cloud) -> None:
    """Bring back the servers of the apps that the cloud had before it was stopped."""
    recovery.recover(cloud)


def stop(cloud: Cloud) -> None:
    """End all servers; what they hold lies in the cloud's home."""
    hosting.close(cloud)
