"""The first task: the orders as they were known on the run's day, and a SageMaker execution started on them."""

from datetime import UTC, datetime
from typing import Any

import boto3

from pipelines.launch import Clients
from pipelines.retraining import Retrained, Wish, retrain
from stacks.outputs import PlatformOutputs, ServiceOutputs, platform_parameter, service_parameter


def fetch(environment: str, service: str, region: str, wish: Wish) -> Retrained:
    """Start the run of a service that is wished for, or find out why there is none.

    Raises:
        RunRefused: it cannot work, so trying again would not help.
    """
    clients = Clients(**{name: boto3.client(name, region_name=region) for name in _CLIENTS})
    ssm = boto3.client("ssm", region_name=region)
    platform = PlatformOutputs.model_validate_json(_parameter(ssm, platform_parameter(environment)))
    outputs = ServiceOutputs.model_validate_json(_parameter(ssm, service_parameter(environment, service)))
    return retrain(platform, outputs, clients=clients, now=datetime.now(UTC), wish=wish)


_CLIENTS = ("sagemaker", "s3", "ecr", "dynamodb")


def _parameter(ssm: Any, name: str) -> str:
    return ssm.get_parameter(Name=name)["Parameter"]["Value"]
