"""What a model service left outside Pulumi's state, by naming rule, in an order in which it can be deleted.

By name and not from the environment's outputs, which are gone once Pulumi has deleted it: so a sweep that was
interrupted can be run again. Everything that a release or a pipeline makes carries the endpoint's name
(`recommender-dev-…`). The day-0 endpoint config and model (`recommender-baseline-…`) are Pulumi's, which retains them
because the endpoint may still name them; once it is gone nobody else deletes them.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

Client = Callable[[str], Any]
"""Returns the boto3 client of a service."""

BEFORE = ("Pipeline", "ModelPackage", "Endpoint", "Alarm")
"""What stands in the way of Pulumi's deletions: a group that holds packages cannot go."""

AFTER = ("EndpointConfig", "Model", "LogGroup")
"""What may go only once no endpoint names it."""

JOB_LOG_GROUPS = ("/aws/sagemaker/TrainingJobs", "/aws/sagemaker/ProcessingJobs")


@dataclass(frozen=True)
class Owner:
    """A model service in an environment."""

    service: str
    environment: str

    @property
    def name(self) -> str:
        """Name of its endpoint, its pipeline and its model package group."""
        return f"{self.service}-{self.environment}"


@dataclass(frozen=True)
class Leftover:
    """One thing to delete: its kind as AWS names it, and its name or ARN."""

    kind: str
    name: str


def find(client: Client, owner: Owner, kinds: Sequence[str]) -> list[Leftover]:
    """Return what is left of a model service, of these kinds and in their order."""
    return [Leftover(kind, name) for kind in kinds for name in _FINDERS[kind](client, owner)]


def remove(client: Client, leftover: Leftover) -> None:
    """Delete one leftover."""
    service, operation, parameter = _DELETIONS[leftover.kind]
    value: Any = [leftover.name] if parameter == "AlarmNames" else leftover.name
    getattr(client(service), operation)(**{parameter: value})


_DELETIONS = {
    "Pipeline": ("sagemaker", "delete_pipeline", "PipelineName"),
    "ModelPackage": ("sagemaker", "delete_model_package", "ModelPackageName"),
    "Endpoint": ("sagemaker", "delete_endpoint", "EndpointName"),
    "Alarm": ("cloudwatch", "delete_alarms", "AlarmNames"),
    "EndpointConfig": ("sagemaker", "delete_endpoint_config", "EndpointConfigName"),
    "Model": ("sagemaker", "delete_model", "ModelName"),
    "LogGroup": ("logs", "delete_log_group", "logGroupName"),
}


def _listed(client: Any, operation: str, key: str, field: str, **arguments: str) -> Iterator[str]:
    for page in client.get_paginator(operation).paginate(**arguments):
        yield from (str(item[field]) for item in page[key])


def _pipelines(client: Client, owner: Owner) -> Iterator[str]:
    name = owner.name
    found = _listed(client("sagemaker"), "list_pipelines", "PipelineSummaries", "PipelineName", PipelineNamePrefix=name)
    return (one for one in found if one == name)


def _packages(client: Client, owner: Owner) -> Iterator[str]:
    group = {"ModelPackageGroupName": owner.name}
    try:
        yield from _listed(
            client("sagemaker"), "list_model_packages", "ModelPackageSummaryList", "ModelPackageArn", **group
        )
    except ClientError as error:
        if error.response["Error"]["Code"] != "ValidationException":  # which says that there is no such group
            raise


def _endpoints(client: Client, owner: Owner) -> Iterator[str]:
    mine = f"{owner.name}-"
    found = _listed(client("sagemaker"), "list_endpoints", "Endpoints", "EndpointName", NameContains=mine)
    return (name for name in found if name.startswith(mine))


def _alarms(client: Client, owner: Owner) -> Iterator[str]:
    prefix = f"{owner.name}-"
    return _listed(client("cloudwatch"), "describe_alarms", "MetricAlarms", "AlarmName", AlarmNamePrefix=prefix)


def _configs(client: Client, owner: Owner) -> Iterator[str]:
    found = _listed(
        client("sagemaker"),
        "list_endpoint_configs",
        "EndpointConfigs",
        "EndpointConfigName",
        NameContains=owner.service,
    )
    return (name for name in found if _is_of(owner, name))


def _models(client: Client, owner: Owner) -> Iterator[str]:
    found = _listed(client("sagemaker"), "list_models", "Models", "ModelName", NameContains=owner.service)
    return (name for name in found if _is_of(owner, name))


def _is_of(owner: Owner, name: str) -> bool:
    return name.startswith((f"{owner.name}-", f"{owner.service}-baseline-"))


def _log_groups(client: Client, owner: Owner) -> Iterator[str]:
    for prefix in (f"/aws/sagemaker/Endpoints/{owner.name}", *JOB_LOG_GROUPS):
        yield from _listed(
            client("logs"), "describe_log_groups", "logGroups", "logGroupName", logGroupNamePrefix=prefix
        )


_FINDERS: dict[str, Callable[[Client, Owner], Iterator[str]]] = {
    "Pipeline": _pipelines,
    "ModelPackage": _packages,
    "Endpoint": _endpoints,
    "Alarm": _alarms,
    "EndpointConfig": _configs,
    "Model": _models,
    "LogGroup": _log_groups,
}
