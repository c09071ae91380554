"""A run whose service asks for Spark, on the local cloud: its features are those of a run with DuckDB."""

from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from threading import Event
from typing import Any

import pyarrow as pa
import pyarrow.parquet as parquet
import pytest

from localcloud.testing import running_cloud
from pipelines.deployment import deploy
from pipelines.execution import watch
from pipelines.launch import Clients, RunRequest, start
from pipelines.rendering import render_pipeline
from recommender.simulation.step import simulated_orders
from stacks.outputs import Features, ServiceOutputs
from tests.pipelines import contract
from tests.pipelines.account import Account
from tests.pipelines.local_platform import push_recommender
from tests.pipelines.test_spark_features import assert_equal_in_32_bits, java
from tests.pipelines.test_tracked_run import ORDERS_KEY

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(1200), pytest.mark.usefixtures("java")]

__all__ = ["java"]

FILES = ("training_general", "training_discovery", "products", "customer_features", "product_features")


def features_of_a_run(clients: Clients, service: ServiceOutputs) -> dict[str, pa.Table]:
    """Run as far as the features and return them; training has nothing to do with the engine."""
    rendered = render_pipeline(contract.platform(), service)
    deploy(rendered, contract.platform(), service, sagemaker=clients.sagemaker, s3=clients.s3)
    started = start(RunRequest(dials={}), contract.platform(), service, clients=clients, now=datetime.now(UTC))
    nobody, steps = Event(), dict[str, Any]()
    for progress in watch(started.execution_arn, clients.sagemaker, lambda: nobody.wait(0.2) and None):
        steps = {step.name: step for step in progress.steps}
        assert not [step.failure for step in progress.steps if step.failure]
        if "Features" in steps and steps["Features"].status == "Succeeded":
            break
    clients.sagemaker.stop_pipeline_execution(PipelineExecutionArn=started.execution_arn)
    prefix = f"recommender/runs/{started.run}/features"
    return {
        name: parquet.read_table(
            BytesIO(clients.s3.get_object(Bucket="dev-features", Key=f"{prefix}/{name}.parquet")["Body"].read())
        )
        for name in FILES
    }


def test_both_engines_leave_the_same_rows(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    orders = tmp_path_factory.mktemp("orders") / "orders.parquet"
    parquet.write_table(simulated_orders(rows=6_000, seed=5), orders)
    with running_cloud(tmp_path) as aws:
        clients = Clients(**{name: aws.client(name) for name in ("sagemaker", "s3", "ecr", "dynamodb")})
        Account.fill(clients)
        push_recommender(aws)
        clients.s3.upload_file(str(orders), "dev-raw", ORDERS_KEY)
        found = {
            engine: features_of_a_run(
                clients, contract.service().model_copy(update={"features": Features(engine=engine)})
            )
            for engine in ("duckdb", "spark")
        }
    one, other = found["duckdb"], found["spark"]
    assert one["training_general"].num_rows > 500
    for name in FILES:
        assert_equal_in_32_bits(one[name], other[name])
