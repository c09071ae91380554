"""A batch to start from."""

from dataclasses import replace
from typing import Any

from tests.unit.release.plans import PACKAGE, plan
from trainyard.batch.customers import parse_customers
from trainyard.batch.plan import BatchPlan


def batch(**changes: Any) -> BatchPlan:
    """Return a batch of two customers for version 3 of the service `shop`."""
    release = plan()
    whole = BatchPlan(
        environment="dev",
        service="shop",
        account="000000000001",
        endpoint_name="shop-dev",
        version="3",
        model_package_arn=PACKAGE,
        container=replace(release.container, data_hash="da7a"),
        fleet=release.fleet,
        instance_type="ml.m5.large",
        customers=parse_customers(b"customer_id\n1\n2\n", "list.csv"),
        k=10,
        home="s3://artifacts/shop/batch",
    )
    return replace(whole, **changes)
