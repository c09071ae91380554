from typing import Any

import pytest

from stacks.outputs import ServiceOutputs
from trainyard.sweep import Leftover, find, remove

SERVICE = ServiceOutputs.model_validate(
    {
        "name": "shop", "owners": ["shop"], "endpoint_name": "shop-dev", "variant_name": "live",
        "model_package_group": "shop-dev", "repository_url": "r", "pipeline_name": "shop-dev",
        "endpoint_alarms": ["shop-dev-endpoint-5xx"], "approval_required": True,
        "training": {
            "instance_type": "ml.m5.large", "instance_count": 1, "volume_gib": 1, "spot": False,
            "timeout_seconds": 60, "processing_instance_type": "ml.m5.large",
        },
        "serving": {
            "instance_type": "ml.m5.large", "instance_count": 1, "minimum_instances": 1, "maximum_instances": 1,
            "capture_percent": 0, "environment": {},
        },
        "strategy": {"type": "canary", "canary_percent": 50, "bake_seconds": 0, "timeout_seconds": 600},
        "thresholds": {"latency_p99_ms": 1, "errors_5xx_percent": 1, "errors_4xx_percent": 1},
        "gate": {"minimum_ratio": 1.01, "confidence": 0.8, "minimum_slice_customers": 1},
    }
)  # fmt: skip


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
        "list_endpoint_configs": {"EndpointConfigs": [{"EndpointConfigName": "shop-dev-1"}]},
        "list_models": {"Models": [{"ModelName": "shop-dev-1"}, {"ModelName": "workshop-dev-1"}]},
    }
    alarms = {"MetricAlarms": [{"AlarmName": "shop-dev-1-latency"}, {"AlarmName": "shop-dev-endpoint-5xx"}]}
    services = {
        "sagemaker": Service(sagemaker, deleted),
        "cloudwatch": Service({"describe_alarms": alarms}, deleted),
        "logs": Service({"describe_log_groups": {"logGroups": []}}, deleted),
    }
    return services.__getitem__


def test_only_what_carries_the_endpoints_name_is_found_configs_before_models(client):
    assert find(client, SERVICE) == [
        Leftover("Pipeline", "shop-dev"),
        Leftover("ModelPackage", "arn:p/1"),
        Leftover("Endpoint", "shop-dev-pre-1"),
        Leftover("Alarm", "shop-dev-1-latency"),
        Leftover("EndpointConfig", "shop-dev-1"),
        Leftover("Model", "shop-dev-1"),
    ]


def test_each_kind_is_deleted_by_its_own_operation(client, deleted: list[tuple[str, Any]]):
    for leftover in find(client, SERVICE):
        remove(client, leftover)
    assert deleted == [
        ("delete_pipeline", {"PipelineName": "shop-dev"}),
        ("delete_model_package", {"ModelPackageName": "arn:p/1"}),
        ("delete_endpoint", {"EndpointName": "shop-dev-pre-1"}),
        ("delete_alarms", {"AlarmNames": ["shop-dev-1-latency"]}),
        ("delete_endpoint_config", {"EndpointConfigName": "shop-dev-1"}),
        ("delete_model", {"ModelName": "shop-dev-1"}),
    ]
