"""A protected environment on a local cloud of its own: destroyed, it keeps what it must and serves; then it goes."""

import json
import os
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
import pytest

from tests.e2e.conftest import BIN, checkout
from trainyard.demo.remaining import remaining

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(900)]

ENDPOINT = "recommender-prod"
DIGEST = "0123456789"
TAGS = {"managed-by": "trainyard-release", "environment": "prod", "service": "recommender"}
OLD, OTHERS, BY_TAG = f"{ENDPOINT}-7-{DIGEST}", f"{ENDPOINT}-2-7-{DIGEST}", f"searcher-prod-1-{DIGEST}"
"""Models: of an earlier release; of an environment `prod-2`; of a service that the stack file does not list."""


@dataclass(frozen=True)
class Prod:
    """The production environment of a checkout."""

    path: Path
    environ: dict[str, str]

    def run(self, *command: str, code: int = 0) -> str:
        done = subprocess.run(
            [BIN / "trainyard", *command],
            cwd=self.path,
            env=self.environ,
            capture_output=True,
            text=True,
            check=False,
            timeout=600,
        )
        assert done.returncode == code, f"{done.stdout[-3000:]}\n{done.stderr[-3000:]}"
        return done.stdout

    def client(self, service: str) -> Any:
        return boto3.client(
            service,
            aws_access_key_id=self.environ["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=self.environ["AWS_SECRET_ACCESS_KEY"],
            endpoint_url=self.environ["AWS_ENDPOINT_URL"],
            region_name=self.environ["AWS_REGION"],
        )

    def names(self, service: str, operation: str, key: str, field: str) -> set[str]:
        return {row[field] for row in getattr(self.client(service), operation)()[key]}

    def answers(self) -> bool:
        """Return whether the live endpoint answers a customer."""
        answer = self.client("sagemaker-runtime").invoke_endpoint(
            EndpointName=ENDPOINT, ContentType="application/json", Body=json.dumps({"customers": [1]})
        )
        return bool(json.loads(answer["Body"].read())["recommendations"])

    def leave_behind(self) -> None:
        """Make what releases leave: a model that is live no more, with its config, its alarm and its log group."""
        sagemaker = self.client("sagemaker")
        day_0 = sagemaker.describe_endpoint(EndpointName=ENDPOINT)["EndpointConfigName"]
        config = sagemaker.describe_endpoint_config(EndpointConfigName=day_0)
        model = sagemaker.describe_model(ModelName=config["ProductionVariants"][0]["ModelName"])
        like = {"PrimaryContainer": model["PrimaryContainer"], "ExecutionRoleArn": model["ExecutionRoleArn"]}
        for name, tags in ((OLD, TAGS), (OTHERS, {**TAGS, "environment": "prod-2"}), (BY_TAG, TAGS)):
            sagemaker.create_model(ModelName=name, Tags=[{"Key": k, "Value": v} for k, v in tags.items()], **like)
        variant = {**config["ProductionVariants"][0], "ModelName": OLD}
        sagemaker.create_endpoint_config(EndpointConfigName=OLD, ProductionVariants=[variant])
        self.client("logs").create_log_group(logGroupName=f"/aws/sagemaker/Endpoints/{ENDPOINT}-pre-{DIGEST}")
        bucket = next(name for name in self.names("s3", "list_buckets", "Buckets", "Name") if "raw" in name)
        self.client("s3").put_object(Bucket=bucket, Key="orders", Body=b"orders")


@pytest.fixture(scope="module")
def prod(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Prod]:
    path = checkout(tmp_path_factory.mktemp("protected") / "checkout")
    subprocess.run([BIN / "trainyard", "local", "start", "--speed", "200"], cwd=path, check=True, capture_output=True)
    try:
        answer = subprocess.run(
            [BIN / "trainyard", "local", "env", "--stack", "prod", "--json"],
            cwd=path,
            capture_output=True,
            text=True,
            check=True,
        )
        yield Prod(path, {**os.environ, **json.loads(answer.stdout)})
    finally:
        subprocess.run([BIN / "trainyard", "local", "stop"], cwd=path, check=False, capture_output=True)


def test_a_caller_of_another_account_is_refused_before_anything_is_looked_at(prod: Prod):
    answer = subprocess.run(
        [BIN / "trainyard", "local", "env", "--json"], cwd=prod.path, capture_output=True, text=True, check=True
    )
    keys = {key: value for key, value in json.loads(answer.stdout).items() if key.startswith("AWS_")}
    Prod(prod.path, {**prod.environ, **keys}).run("destroy", "--yes", code=2)


def test_what_is_protected_stays_whole_and_serves_and_the_rest_goes(prod: Prod):
    prod.run("up", "--yes")
    prod.run("release", "start", "recommender", "--same-model", "--strategy", "all_at_once")
    prod.leave_behind()
    live = prod.client("sagemaker").describe_endpoint(EndpointName=ENDPOINT)
    buckets = prod.names("s3", "list_buckets", "Buckets", "Name")

    shown = prod.run("destroy", "--dry-run")
    assert f"EndpointConfig: {OLD}" in shown
    assert OTHERS not in shown
    assert OLD in prod.names("sagemaker", "list_models", "Models", "ModelName"), "a dry run changes nothing"

    said = prod.run("destroy", "--yes")
    assert "sagemaker.Endpoint recommender-endpoint (recommender-prod)" in said
    assert "trainyard:deletion_protection: false in Pulumi.prod.yaml" in said
    assert prod.names("s3", "list_buckets", "Buckets", "Name") == buckets
    for bucket in buckets:
        blocked = prod.client("s3").get_public_access_block(Bucket=bucket)["PublicAccessBlockConfiguration"]
        assert all(blocked.values()), f"{bucket} lost its public-access block"
        assert prod.client("s3").get_bucket_versioning(Bucket=bucket)["Status"] == "Enabled"
    after = prod.client("sagemaker").describe_endpoint(EndpointName=ENDPOINT)
    assert (after["EndpointStatus"], after["EndpointConfigName"]) == ("InService", live["EndpointConfigName"])
    assert prod.answers()
    alarms = {one["AlarmName"] for one in live["LastDeploymentConfig"]["AutoRollbackConfiguration"]["Alarms"]}
    assert alarms <= prod.names("cloudwatch", "describe_alarms", "MetricAlarms", "AlarmName")

    models = prod.names("sagemaker", "list_models", "Models", "ModelName")
    assert not {OLD, BY_TAG} & models
    assert OTHERS in models, "another environment's model has a similar name, and stays"
    assert OLD not in prod.names("sagemaker", "list_endpoint_configs", "EndpointConfigs", "EndpointConfigName")
    groups = prod.names("logs", "describe_log_groups", "logGroups", "logGroupName")
    assert groups == {f"/aws/sagemaker/Endpoints/{ENDPOINT}"}
    assert prod.names("ssm", "describe_parameters", "Parameters", "Name") == set()

    assert "holds nothing that a destroy would delete" in prod.run("destroy", "--yes")
    assert prod.answers()


def test_without_protection_nothing_is_left_but_keys_that_wait(prod: Prod):
    file = prod.path / "Pulumi.prod.yaml"
    file.write_text(file.read_text().replace("deletion_protection: true", "deletion_protection: false"))
    prod.run("up", "--yes")
    assert prod.answers(), "an `up` after a destroy touches nothing that serves"
    said = prod.run("destroy", "--yes")
    assert "waits for its deletion on" in said
    assert list(remaining(prod.client)) == [f"sagemaker: {OTHERS}"]
