"""Endpoints that really serve: processes behind a router, updated by blue/green or rolling deployments."""

from localcloud.cloud import Cloud
from localcloud.sagemaker.endpoints import create, delete, describe, hosting, recovery, runtime, update

__all__ = ["create", "delete", "describe", "runtime", "start", "stop", "update"]


def start(cloud: Cloud) -> None:
    """Bring back the endpoints that the cloud served before it was stopped."""
    recovery.recover(cloud)


def stop(cloud: Cloud) -> None:
    """Deliver captured data, metrics and logs, and end all instances; called while the cloud still answers."""
    hosting.close(cloud)
