"""A service that reads a database: what its runs are started with, and what the Ingest job is told."""

import json
from dataclasses import replace
from typing import Any

import pytest

from pipelines.launch import RunRequest, chosen_orders
from pipelines.rendering import render_pipeline
from stacks.outputs import ServiceOutputs, Source
from tests.pipelines import contract

SECRET = f"arn:aws:secretsmanager:{contract.REGION}:{contract.ACCOUNT}:secret:trainyard/dev/recommender/source-x"
HISTORY = "s3://dev-features/recommender/history"


def service() -> ServiceOutputs:
    source = Source(type="database", secret_arn=SECRET, table="public.order_lines", key="line_id")
    return contract.service().model_copy(update={"source": source})


@pytest.fixture(scope="module")
def ingest() -> dict[str, Any]:
    definition = json.loads(render_pipeline(contract.platform(), service()).text)
    return {step["Name"]: step for step in definition["Steps"]}


def test_ingest_is_told_the_secret_by_its_arn_and_where_the_history_lies(ingest: dict[str, Any]) -> None:
    job = ingest["Ingest"]["Arguments"]
    assert job.get("ProcessingInputs", []) == []
    told = job["AppSpecification"]["ContainerArguments"]
    assert dict(zip(told[::2], told[1::2], strict=True)) == {
        "--source": SECRET,
        "--table": "public.order_lines",
        "--key": "line_id",
        "--history": HISTORY,
        "--orders": {"Get": "Parameters.OrdersUri"},
    }


def test_the_registered_model_names_the_manifest_that_the_run_made(ingest: dict[str, Any]) -> None:
    assert '"Path": "orders_uri"' in json.dumps(ingest["Decide"])


def test_a_run_takes_what_is_new_in_the_history() -> None:
    request = RunRequest(dials={})
    assert chosen_orders(request, contract.platform(), service(), None) == HISTORY


def test_a_run_on_an_earlier_snapshot_asks_for_its_manifest(account: Any) -> None:
    s3 = account.clients.s3
    s3.put_object(Bucket="dev-features", Key="recommender/history/manifests/0000000001.json", Body=b"{}")
    asked = f"{HISTORY}/manifests/0000000001.json"
    request = replace(RunRequest(dials={}), orders=asked)
    assert chosen_orders(request, contract.platform(), service(), s3) == asked
