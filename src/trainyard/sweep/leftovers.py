"""What a model service left outside Pulumi's state, by naming rule, in the order in which it can be deleted.

Everything that a release or a pipeline makes carries the endpoint's name (`recommender-dev-…`); the day-0 endpoint
config and model, which Pulumi retains because a release may have replaced them, do too.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from stacks.outputs import ServiceOutputs

Client = Callable[[str], Any]
"""Returns the boto3 client of a service."""

JOB_LOG_GROUPS = ("/aws/sagemaker/TrainingJobs", "/aws/sagemaker/ProcessingJobs")


@dataclass(frozen=True)
class Leftover:
    """One thing to delete: its kind as AWS names it, and its name or ARN."""

    kind: str
    name: str


def find(client: Client, service: ServiceOutputs) -> list[Leftover]:
    """Return what is left of a model service, packages and pipelines first, log groups last."""
    return list(_find(client, service))


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


def _find(client: Client, service: ServiceOutputs) -> Iterator[Leftover]:
    sagemaker = client("sagemaker")
    mine = f"{service.endpoint_name}-"

    def listed(operation: str, key: str, field: str, **arguments: str) -> Iterator[str]:
        for page in sagemaker.get_paginator(operation).paginate(**arguments):
            yield from (str(item[field]) for item in page[key])

    for name in listed("list_pipelines", "PipelineSummaries", "PipelineName", PipelineNamePrefix=service.pipeline_name):
        if name == service.pipeline_name:
            yield Leftover("Pipeline", name)
    for arn in _packages(listed, service.model_package_group):
        yield Leftover("ModelPackage", arn)
    for name in listed("list_endpoints", "Endpoints", "EndpointName", NameContains=mine):
        if name.startswith(mine):
            yield Leftover("Endpoint", name)
    alarms = client("cloudwatch").get_paginator("describe_alarms").paginate(AlarmNamePrefix=mine)
    for page in alarms:
        for alarm in page["MetricAlarms"]:
            if alarm["AlarmName"] not in service.endpoint_alarms:
                yield Leftover("Alarm", alarm["AlarmName"])
    for operation, key, field, kind in (
        ("list_endpoint_configs", "EndpointConfigs", "EndpointConfigName", "EndpointConfig"),
        ("list_models", "Models", "ModelName", "Model"),
    ):
        for name in listed(operation, key, field, NameContains=mine):
            if name.startswith(mine):
                yield Leftover(kind, name)
    yield from _log_groups(client("logs"), service.endpoint_name)


def _packages(listed: Callable[..., Iterator[str]], group: str) -> list[str]:
    return list(
        listed("list_model_packages", "ModelPackageSummaryList", "ModelPackageArn", ModelPackageGroupName=group)
    )


def _log_groups(logs: Any, endpoint: str) -> Iterator[Leftover]:
    for prefix in (f"/aws/sagemaker/Endpoints/{endpoint}", *JOB_LOG_GROUPS):
        for page in logs.get_paginator("describe_log_groups").paginate(logGroupNamePrefix=prefix):
            for group in page["logGroups"]:
                yield Leftover("LogGroup", group["logGroupName"])
