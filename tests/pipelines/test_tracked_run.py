"""A run of the real recommender on the local cloud, told to an MLflow app by its ARN: all about it is found there."""

import json
import time
from datetime import UTC, datetime
from pathlib import Path
from threading import Event
from typing import Any

import boto3
import pytest
import urllib3

from infra import iam_documents
from localcloud.accounts import SECRET_KEY, access_key
from localcloud.testing import CloudUnderTest, running_cloud
from pipelines.deployment import deploy
from pipelines.execution import watch
from pipelines.launch import Clients, RunRequest, StartedRun, start
from pipelines.rendering import render_pipeline
from recommender.__main__ import main
from tests.pipelines import contract
from tests.pipelines.account import Account
from tests.pipelines.local_platform import push_recommender

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(1200)]

ORDERS_KEY = "recommender/orders/2011-08-31-a/orders.parquet"


def run_once(clients: Clients, orders: Path) -> StartedRun:
    clients.s3.upload_file(str(orders), "dev-raw", ORDERS_KEY)
    request = RunRequest(dials={"n_estimators": "20"}, commit="c0ffee")
    started = start(request, contract.platform(), contract.service(), clients=clients, now=datetime.now(UTC))
    nobody = Event()
    *_, last = watch(started.execution_arn, clients.sagemaker, lambda: nobody.wait(0.2) and None)
    failed = [step for step in last.steps if step.name in ("Train", "Evaluate") and step.failure]
    assert not failed, failed
    return started


def create_app(aws: CloudUnderTest) -> str:
    """Start an app as `infra.tracking_app` declares it, and return its ARN."""
    trust = json.dumps(iam_documents.sagemaker_trust(aws.account, aws.region))
    role = aws.client("iam").create_role(RoleName="roles-tracking", AssumeRolePolicyDocument=trust)["Role"]["Arn"]
    store = f"s3://dev-artifacts/{iam_documents.TRACKED_FILES}"
    return aws.client("sagemaker").create_mlflow_app(Name="tracking", ArtifactStoreUri=store, RoleArn=role)["Arn"]


def page_of(aws: CloudUnderTest, arn: str, seconds: float = 240) -> str:
    """Return the address of an app's page, once it has one: the app starts in another process."""
    deadline = time.monotonic() + seconds
    while aws.client("sagemaker").describe_mlflow_app(Arn=arn)["Status"] != "Created":
        assert time.monotonic() < deadline
        time.sleep(0.2)
    signed = aws.client("sagemaker").create_presigned_mlflow_app_url(Arn=arn)["AuthorizedUrl"]
    return urllib3.request("GET", signed, redirect=False).headers["Location"].rstrip("/")


def test_a_run_is_found_in_the_app_by_its_name_with_all_that_made_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "cloud").mkdir()
    with running_cloud(tmp_path / "cloud") as aws:
        names = ("sagemaker", "s3", "ecr", "dynamodb")
        clients = Clients(**{name: aws.client(name) for name in names})
        Account.fill(clients)
        arn = create_app(aws)
        assert main(["simulate", str(tmp_path / "orders.parquet"), "--rows", "20000"]) == 0
        push_recommender(aws)
        page = page_of(aws, arn)
        platform = contract.platform().model_copy(update={"tracking_uri": arn})
        rendered = render_pipeline(platform, contract.service())
        deploy(rendered, platform, contract.service(), sagemaker=clients.sagemaker, s3=clients.s3)
        started = run_once(clients, tmp_path / "orders.parquet")
        evaluation = json.loads(
            clients.s3.get_object(
                Bucket="dev-artifacts", Key=f"recommender/runs/{started.run}/evaluation/evaluation.json"
            )["Body"].read()
        )
        # Files of a run are listed in the bucket itself, by whoever asks; boto3 keeps credentials that it once found.
        monkeypatch.setattr(boto3, "DEFAULT_SESSION", None)
        monkeypatch.setenv("AWS_ENDPOINT_URL", aws.endpoint_url)
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", access_key(aws.account))
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", SECRET_KEY)
        check(page, started, evaluation)


def check(server: str, started: StartedRun, evaluation: dict[str, Any]) -> None:
    from mlflow.tracking import MlflowClient

    client = MlflowClient(server)
    experiment = client.get_experiment_by_name("recommender-dev")
    assert experiment is not None
    [run] = client.search_runs([experiment.experiment_id])
    assert (run.info.run_name, run.info.status) == (started.run, "FINISHED")
    assert run.data.params["n_estimators"] == "20"
    assert run.data.params["feature.candidates"] == "60"
    assert run.data.metrics["challenger.map_at_10"] == pytest.approx(evaluation["models"]["challenger"]["map_at_10"])
    assert run.data.metrics["personal_frequency.map_at_10"] > 0
    assert run.data.metrics["training_rows"] > 0
    for losses in ("train_logloss", "discovery_train_logloss"):
        assert len(client.get_metric_history(run.info.run_id, losses)) == 20
    assert (
        run.data.tags
        | {
            "code_commit": "c0ffee",
            "image": started.image,
            "orders_uri": started.orders,
            "data_hash": evaluation["data_hash"],
        }
        == run.data.tags
    )
    assert {path.path for path in client.list_artifacts(run.info.run_id)} == {"model.json", "evaluation.json"}
    [given] = run.inputs.dataset_inputs
    assert given.dataset.digest == evaluation["data_hash"][:36]
