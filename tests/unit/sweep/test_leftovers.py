from typing import Any

import pytest
from botocore.exceptions import ClientError

from trainyard.sweep import AFTER, BEFORE, Leftover, Owner, find, remove

OWNER = Owner("shop", "dev")


class Service:
    """One AWS service: listings by operation, and a record of what was deleted."""

    def __init__(self, listings: dict[str, Any], deleted: list[tuple[str, Any]]) -> None:
        self.listings = listings
        self.deleted = deleted

    def get_paginator(self, operation: str) -> "Service":
        self.operation = operation
        return self

    def paginate(self, **_: Any) -> list[Any]:
        return [self.listings[self.operation]]

    def __getattr__(self, operation: str) -> Any:
        return lambda **arguments: self.deleted.append((operation, arguments))


@pytest.fixture
def deleted() -> list[tuple[str, Any]]:
    return []


@pytest.fixture
def client(deleted: list[tuple[str, Any]]):
    sagemaker = {
        "list_pipelines": {"PipelineSummaries": [{"PipelineName": "shop-dev"}, {"PipelineName": "shop-dev-other"}]},
        "list_model_packages": {"ModelPackageSummaryList": [{"ModelPackageArn": "arn:p/1"}]},
        "list_endpoints": {"Endpoints": [{"EndpointName": "shop-dev-pre-1"}, {"EndpointName": "my-shop-dev-1"}]},
        "list_endpoint_configs": {
            "EndpointConfigs": [{"EndpointConfigName": "shop-dev-1"}, {"EndpointConfigName": "shop-baseline-config-1"}]
        },
        "list_models": {"Models": [{"ModelName": "shop-dev-1"}, {"ModelName": "workshop-dev-1"}]},
    }
    alarms = {"MetricAlarms": [{"AlarmName": "shop-dev-1-latency"}, {"AlarmName": "shop-dev-1-5xx"}]}
    services = {
        "sagemaker": Service(sagemaker, deleted),
        "cloudwatch": Service({"describe_alarms": alarms}, deleted),
        "logs": Service({"describe_log_groups": {"logGroups": []}}, deleted),
    }
    return services.__getitem__


def test_only_what_carries_the_endpoints_name_is_found_configs_before_models(client):
    assert find(client, OWNER, (*BEFORE, *AFTER)) == [
        Leftover("Pipeline", "shop-dev"),
        Leftover("ModelPackage", "arn:p/1"),
        Leftover("Endpoint", "shop-dev-pre-1"),
        Leftover("Alarm", "shop-dev-1-latency"),
        Leftover("Alarm", "shop-dev-1-5xx"),
        Leftover("EndpointConfig", "shop-dev-1"),
        Leftover("EndpointConfig", "shop-baseline-config-1"),
        Leftover("Model", "shop-dev-1"),
    ]


def test_each_kind_is_deleted_by_its_own_operation(client, deleted: list[tuple[str, Any]]):
    for leftover in find(client, OWNER, (*BEFORE, *AFTER)):
        remove(client, leftover)
    assert deleted == [
        ("delete_pipeline", {"PipelineName": "shop-dev"}),
        ("delete_model_package", {"ModelPackageName": "arn:p/1"}),
        ("delete_endpoint", {"EndpointName": "shop-dev-pre-1"}),
        ("delete_alarms", {"AlarmNames": ["shop-dev-1-latency"]}),
        ("delete_alarms", {"AlarmNames": ["shop-dev-1-5xx"]}),
        ("delete_endpoint_config", {"EndpointConfigName": "shop-dev-1"}),
        ("delete_endpoint_config", {"EndpointConfigName": "shop-baseline-config-1"}),
        ("delete_model", {"ModelName": "shop-dev-1"}),
    ]


def test_a_group_that_is_gone_already_holds_no_packages(client, deleted: list[tuple[str, Any]]):
    def refuse(**_: Any) -> None:
        raise ClientError({"Error": {"Code": "ValidationException", "Message": "no such group"}}, "ListModelPackages")

    client("sagemaker").paginate = refuse
    assert find(client, OWNER, ("ModelPackage",)) == []
