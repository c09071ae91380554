"""The AWS clients that a release works with, handed in from the command or from a test."""

from dataclasses import dataclass
from typing import Any

from trainyard import aws


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


def connect(region: str) -> Clients:
    """Return clients of a region with the caller's credentials."""
    return Clients(
        sagemaker=aws.client("sagemaker", region),
        runtime=aws.client("sagemaker-runtime", region),
        cloudwatch=aws.client("cloudwatch", region),
        autoscaling=aws.client("application-autoscaling", region),
        quotas=aws.client_that_asks_once("service-quotas", region),
        dynamodb=aws.client("dynamodb", region),
        sns=aws.client("sns", region),
    )
