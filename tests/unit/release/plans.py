"""A release plan to start from, and the service it belongs to."""

from dataclasses import replace
from typing import Any

from stacks.outputs import Strategy, Thresholds
from trainyard.release.golden import Expectation, GoldenRequest, GoldenSuite
from trainyard.release.plan import Container, Fleet, ReleasePlan

PACKAGE = "arn:aws:sagemaker:eu-west-1:000000000001:model-package/shop-dev/3"
GOLDEN = GoldenSuite(
    schema_version=1,
    repeats=1,
    requests=(
        GoldenRequest(name="one", body={"customers": [1]}, expect=Expectation(customers=1, k=2)),
        GoldenRequest(name="refused", body={"k": 2}, expect=Expectation(error_status=400)),
    ),
)


def plan(**changes: Any) -> ReleasePlan:
    """Return a canary release of version 3 of the service `shop`."""
    whole = ReleasePlan(
        environment="dev",
        service="shop",
        release_id="release#20261123T120000Z-0001",
        kind="model",
        endpoint_name="shop-dev",
        variant_name="live",
        version="3",
        model_package_arn=PACKAGE,
        container=Container(
            image="repo@sha256:3", model_data_url="s3://artifacts/3/model.tar.gz", environment={"A": "1"}
        ),
        fleet=Fleet(
            instance_type="ml.m5.large",
            instance_count=2,
            environment={"LOG": "info"},
            capture_percent=10,
            capture_uri="s3://capture/shop",
            kms_key_arn="arn:aws:kms:eu-west-1:000000000001:key/k",
            execution_role_arn="arn:aws:iam::000000000001:role/serving",
            subnet_ids=("subnet-1",),
            security_group_id="sg-1",
        ),
        strategy=Strategy(type="canary", canary_percent=50, bake_seconds=60, timeout_seconds=1800),
        thresholds=Thresholds(latency_p99_ms=300, errors_5xx_percent=1, errors_4xx_percent=5),
        endpoint_alarms=("shop-dev-5xx",),
        approvals_required=0,
        topic_arn="arn:aws:sns:eu-west-1:000000000001:topic",
        golden=GOLDEN,
        started_by="ana",
    )
    return replace(whole, **changes)
