"""The AWS clients that a release works with, handed in from the command or from a test."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Clients:
    """One boto3 client a service."""

    sagemaker: Any
    runtime: Any
    cloudwatch: Any
    autoscaling: Any
    quotas: Any
    """Of Service Quotas."""
    dynamodb: Any
    sns: Any
