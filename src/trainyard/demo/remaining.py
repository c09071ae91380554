"""What an account still holds of an environment, read through the APIs and not from the engine's state."""

from collections.abc import Callable, Iterator
from typing import Any

_LISTINGS: tuple[tuple[str, str, str, str], ...] = (
    ("s3", "list_buckets", "Buckets", "Name"),
    ("sagemaker", "list_endpoints", "Endpoints", "EndpointName"),
    ("sagemaker", "list_endpoint_configs", "EndpointConfigs", "EndpointConfigName"),
    ("sagemaker", "list_models", "Models", "ModelName"),
    ("sagemaker", "list_model_package_groups", "ModelPackageGroupSummaryList", "ModelPackageGroupName"),
    ("sagemaker", "list_pipelines", "PipelineSummaries", "PipelineName"),
    ("ecr", "describe_repositories", "repositories", "repositoryName"),
    ("dynamodb", "list_tables", "TableNames", ""),
    ("sns", "list_topics", "Topics", "TopicArn"),
    ("sqs", "list_queues", "QueueUrls", ""),
    ("cloudwatch", "describe_alarms", "MetricAlarms", "AlarmName"),
    ("cloudwatch", "list_dashboards", "DashboardEntries", "DashboardName"),
    ("iam", "list_roles", "Roles", "RoleName"),
    ("ssm", "describe_parameters", "Parameters", "Name"),
    ("logs", "describe_log_groups", "logGroups", "logGroupName"),
    ("events", "list_rules", "Rules", "Name"),
)
"""service, listing, key of the list, field of the name: everything that the environment can hold."""


def remaining(client: Callable[[str], Any]) -> Iterator[str]:
    """Yield what is left in the account; keys that wait for their deletion and the default network do not count."""
    for service, operation, key, field in _LISTINGS:
        for item in getattr(client(service), operation)().get(key, []):
            yield f"{service}: {item[field] if field else item}"
    ec2 = client("ec2")
    yield from (f"ec2: {vpc['VpcId']}" for vpc in ec2.describe_vpcs()["Vpcs"] if not vpc.get("IsDefault"))
    for endpoint in ec2.describe_vpc_endpoints()["VpcEndpoints"]:
        if endpoint.get("State", "").lower() not in ("deleting", "deleted"):
            yield f"ec2: {endpoint['VpcEndpointId']}"
    for key in client("kms").list_keys()["Keys"]:
        state = client("kms").describe_key(KeyId=key["KeyId"])["KeyMetadata"]
        if state["KeyState"] != "PendingDeletion" and state.get("KeyManager") == "CUSTOMER":
            yield f"kms: {key['KeyId']}"
