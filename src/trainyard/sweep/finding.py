"""Looks for what may be an environment's, by tag and by name; `Ownership` decides what really is.

Both, because each misses something: the index of tags lags by minutes and does not know scalable targets or what AWS
makes by itself; names do not know a service that was taken out of the stack file.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

from botocore.exceptions import ClientError

from trainyard.sweep.ownership import Ownership
from trainyard.sweep.thing import Client, Thing

_ENVIRONMENT_TAGS = ("environment", "trainyard-environment")
"""Of releases, batch jobs and Pulumi, and of pipelines' jobs."""

_ARNS = {
    "sagemaker:endpoint/": "Endpoint",
    "sagemaker:endpoint-config/": "EndpointConfig",
    "sagemaker:model/": "Model",
    "sagemaker:pipeline/": "Pipeline",
    "sagemaker:training-job/": "TrainingJob",
    "sagemaker:processing-job/": "ProcessingJob",
    "sagemaker:transform-job/": "TransformJob",
    "cloudwatch:alarm:": "Alarm",
    "events:rule/": "EventRule",
    "logs:log-group:": "LogGroup",
    "kms:key/": "Key",
}
"""Service and resource part of an ARN, up to the name."""


def survey(client: Client, ownership: Ownership) -> list[Thing]:
    """Return everything that may be the environment's: what has its tags, and what has its names with their tags."""
    found = {thing: thing for thing in tagged(client, ownership.environment)}
    for thing in named(client, ownership):
        if thing not in found and ownership.owns(thing):
            found[thing] = replace(thing, tags=_asked(client, thing))
    return list(found.values())


def _asked(client: Client, thing: Thing) -> dict[str, str]:
    """Return the tags of a thing that the index does not list under this environment: it may be another one's."""
    if not thing.arn:
        return {}
    if thing.kind == "Alarm":
        answer = client("cloudwatch").list_tags_for_resource(ResourceARN=thing.arn)
    else:
        answer = client("sagemaker").list_tags(ResourceArn=thing.arn)
    return {tag["Key"]: tag["Value"] for tag in answer["Tags"]}


def tagged(client: Client, environment: str) -> list[Thing]:
    """Return what carries the environment's name in its tags, of the kinds that matter here."""
    found: list[Thing] = []
    for key in _ENVIRONMENT_TAGS:
        filters = [{"Key": key, "Values": [environment]}]
        pages = client("resourcegroupstaggingapi").get_paginator("get_resources").paginate(TagFilters=filters)
        for page in pages:
            found += filter(None, map(_of_mapping, page["ResourceTagMappingList"]))
    return found


def _of_mapping(row: dict[str, Any]) -> Thing | None:
    parts = str(row["ResourceARN"]).split(":", 5)
    rest = f"{parts[2]}:{parts[5]}"
    tags = {tag["Key"]: tag["Value"] for tag in row.get("Tags", [])}
    for start, kind in _ARNS.items():
        if rest.startswith(start):
            return Thing(kind, rest.removeprefix(start).removesuffix(":*"), tags)
    return None


def named(client: Client, ownership: Ownership) -> Iterator[Thing]:
    """Yield what is named like this environment's things."""
    for endpoint in ownership.endpoints:
        yield from _of_sagemaker(client("sagemaker"), endpoint)
        for prefix in (f"{endpoint}-", f"TargetTracking-endpoint/{endpoint}"):
            alarms = _listed(client("cloudwatch"), "describe_alarms", "MetricAlarms", AlarmNamePrefix=prefix)
            yield from (Thing("Alarm", one["AlarmName"], arn=one["AlarmArn"]) for one in alarms)
        prefix = f"/aws/sagemaker/Endpoints/{endpoint}"
        groups = _listed(client("logs"), "describe_log_groups", "logGroups", logGroupNamePrefix=prefix)
        yield from (Thing("LogGroup", one["logGroupName"]) for one in groups)
    targets = _listed(
        client("application-autoscaling"), "describe_scalable_targets", "ScalableTargets", ServiceNamespace="sagemaker"
    )
    yield from (Thing("ScalableTarget", one["ResourceId"]) for one in targets)


def _of_sagemaker(sagemaker: Any, endpoint: str) -> Iterator[Thing]:
    for kind, operation in _LISTINGS.items():
        for row in _listed(sagemaker, operation, f"{kind}s", NameContains=endpoint):
            yield Thing(kind, row[f"{kind}Name"], arn=row[f"{kind}Arn"])
    for row in _listed(sagemaker, "list_pipelines", "PipelineSummaries", PipelineNamePrefix=endpoint):
        yield Thing("Pipeline", row["PipelineName"], arn=row["PipelineArn"])


_LISTINGS = {"Endpoint": "list_endpoints", "EndpointConfig": "list_endpoint_configs", "Model": "list_models"}


def running_jobs(client: Client, environment: str) -> Iterator[Thing]:
    """Yield the jobs in progress that this environment's pipelines and batches started; each is asked for its tags."""
    sagemaker = client("sagemaker")
    for kind in ("Training", "Processing", "Transform"):
        rows = _listed(sagemaker, f"list_{kind.lower()}_jobs", f"{kind}JobSummaries", StatusEquals="InProgress")
        for row in rows:
            answer = sagemaker.list_tags(ResourceArn=row[f"{kind}JobArn"])
            tags = {tag["Key"]: tag["Value"] for tag in answer["Tags"]}
            if environment in (tags.get(key) for key in _ENVIRONMENT_TAGS):
                yield Thing("Job", f"{kind}Job/{row[f'{kind}JobName']}", tags)


def packages(client: Client, groups: Iterable[str]) -> Iterator[Thing]:
    """Yield the versions that model package groups hold."""
    for group in groups:
        try:
            rows = list(
                _listed(
                    client("sagemaker"), "list_model_packages", "ModelPackageSummaryList", ModelPackageGroupName=group
                )
            )
        except ClientError as error:
            if error.response["Error"]["Code"] != "ValidationException":  # which says that there is no such group
                raise
            continue
        yield from (Thing("ModelPackage", row["ModelPackageArn"]) for row in rows)


def _listed(client: Any, operation: str, key: str, **arguments: str) -> Iterator[dict[str, Any]]:
    for page in client.get_paginator(operation).paginate(**arguments):
        yield from page[key]
