"""The rendered pipeline, run for real by the local cloud with a service that takes no time to train."""

import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from threading import Event

import pytest

from localcloud.images.archive import build
from localcloud.images.push import push
from localcloud.images.reference import parse_reference
from localcloud.testing import CloudUnderTest, running_cloud
from pipelines.deployment import deploy
from pipelines.execution import watch
from pipelines.history import decision_page
from pipelines.launch import Clients, RunRequest, start
from pipelines.outcome import Outcome, outcome
from pipelines.rendering import RenderedPipeline
from pipelines.run_layout import RunLayout
from tests.pipelines import contract
from tests.pipelines.account import Account
from trainyard.image import image_sources
from trainyard.registry import find_version

pytestmark = pytest.mark.e2e


@dataclass(frozen=True)
class Platform:
    """An account of the local cloud in which the pipeline is deployed."""

    account: Account

    def run(self, orders: bytes = b"clean", **dials: str) -> Outcome:
        clients = self.account.clients
        clients.s3.put_object(Bucket="dev-raw", Key="recommender/orders/2011-08-31-a/orders.txt", Body=orders)
        started = start(
            RunRequest(dials=dials, commit="c0ffee"),
            contract.platform(),
            contract.service(),
            clients=clients,
            now=datetime.now(UTC),
        )
        nobody = Event()
        *_, last = watch(started.execution_arn, clients.sagemaker, lambda: nobody.wait(0.2) and None)
        return outcome(last, sagemaker=clients.sagemaker, s3=clients.s3)

    def release(self, arn: str) -> None:
        """Do what a release does at its end: point at the version that is live."""
        item = {"service": {"S": "recommender"}, "release_id": {"S": "live"}, "model_package_arn": {"S": arn}}
        self.account.clients.dynamodb.put_item(TableName=contract.platform().deployments_table, Item=item)

    def page(self, ended: Outcome) -> bytes | None:
        layout = RunLayout(
            bucket=contract.platform().buckets.artifacts, service="recommender", run=ended.progress.display_name
        )
        return decision_page(layout, self.account.clients.s3)


def push_stand_in(aws: CloudUnderTest) -> None:
    stand_in = Path(__file__).parent / "stand_in/recommender"
    with image_sources("recommender", []) as folders:
        archive = build(
            [stand_in, folders[1]],
            entrypoint=["python", "-m", "recommender"],
            environment={},
            python=sys.executable,
        )
    for tag in ("training-standin", "serving-standin"):
        reference = parse_reference(f"{contract.service().repository_url}:{tag}")
        push(archive, reference, endpoint_url=aws.endpoint_url, client=aws.cloud.client)


@pytest.fixture(scope="module")
def platform(tmp_path_factory: pytest.TempPathFactory, rendered: RenderedPipeline) -> Iterator[Platform]:
    with running_cloud(tmp_path_factory.mktemp("cloud")) as aws:
        clients = Clients(
            sagemaker=aws.client("sagemaker"),
            s3=aws.client("s3"),
            ecr=aws.client("ecr"),
            dynamodb=aws.client("dynamodb"),
        )
        account = Account.fill(clients)
        push_stand_in(aws)
        deploy(rendered, contract.platform(), contract.service(), sagemaker=clients.sagemaker, s3=clients.s3)
        yield Platform(account)


def test_a_first_model_a_worse_one_and_a_better_one(platform: Platform) -> None:
    sagemaker = platform.account.clients.sagemaker
    first = platform.run(max_depth="5")
    assert first.gate is not None
    assert (first.progress.status, first.gate["rule"]) == ("Succeeded", "beats-personal-frequency")
    version = find_version("recommender-dev", 1, sagemaker)
    assert (version.arn, version.approval, version.map_at_10) == (
        first.model_package_arn,
        "PendingManualApproval",
        0.05,
    )
    assert (version.metadata["data_hash"], version.metadata["code_commit"]) == ("abc", "c0ffee")
    assert b'<h1 class="good">Passed</h1>' in platform.page(first)
    platform.release(first.model_package_arn)

    same = platform.run(max_depth="5")
    assert (same.rejected, same.model_package_arn) == (True, "")
    assert same.gate is not None
    assert (same.gate["rule"], same.gate["reference"]) == ("ratio-to-champion", "champion")
    assert "0.05000 is 1.0000 x the champion's 0.05000" in json.dumps(same.gate)
    assert same.progress.step("Reject").failure.endswith(same.gate["reason"])

    better = platform.run(max_depth="6")
    assert find_version("recommender-dev", 2, sagemaker).arn == better.model_package_arn


def test_a_failed_check_stops_the_run_with_its_reason_and_its_log(platform: Platform) -> None:
    ended = platform.run(orders=b"dirty")
    assert ended.failed is not None
    assert ended.failed.name == "Validate"
    assert "row 7 has no price" in ended.failed.failure
    assert ended.failed.log is not None
    assert ended.failed.log.group == "/aws/sagemaker/ProcessingJobs"
    assert [step.name for step in ended.progress.steps] == ["Ingest", "Validate"]
    assert platform.page(ended) is None
