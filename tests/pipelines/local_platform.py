"""An environment on a local cloud in which the rendered pipeline is deployed, with a service that trains in no time."""

import json
import os
import subprocess
import sys
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from threading import Event

from localcloud.images.archive import build
from localcloud.images.push import push
from localcloud.images.reference import parse_reference
from localcloud.testing import CloudUnderTest, running_cloud
from pipelines.capacity import written
from pipelines.deployment import deploy
from pipelines.execution import watch
from pipelines.history import decision_page
from pipelines.launch import Clients, RunRequest, start
from pipelines.outcome import Outcome, outcome
from pipelines.parameters import FALLBACK_INSTANCE_TYPES
from pipelines.rendering import RenderedPipeline
from pipelines.run_layout import RunLayout
from pipelines.run_record import canonical
from stacks.outputs import platform_parameter, service_parameter
from tests.pipelines import contract
from tests.pipelines.account import Account
from trainyard.image import image_sources

ORDERS = "recommender/orders/2011-08-31-a/orders.txt"


@dataclass(frozen=True)
class Platform:
    """An account of the local cloud in which the pipeline is deployed."""

    account: Account
    aws: CloudUnderTest

    def run(self, orders: bytes = b"clean", **dials: str) -> Outcome:
        clients = self.account.clients
        clients.s3.put_object(Bucket="dev-raw", Key=ORDERS, Body=orders)
        started = start(
            RunRequest(dials=dials, commit="c0ffee", started_by="arn:aws:iam::000000000001:user/ada"),
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

    def publish(self) -> None:
        """Say what the environment is, as `trainyard up` does: commands read nothing else."""
        outputs = {
            platform_parameter("dev"): contract.platform(),
            service_parameter("dev", "recommender"): contract.service(),
        }
        for name, value in outputs.items():
            self.aws.client("ssm").put_parameter(Name=name, Value=value.model_dump_json(), Type="String")

    def trainyard(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run a command as a person would who has logged in to this account."""
        environ = {
            "AWS_ENDPOINT_URL": self.aws.endpoint_url,
            "AWS_DEFAULT_REGION": contract.REGION,
            "AWS_ACCESS_KEY_ID": f"LKIA{contract.ACCOUNT}",
            "AWS_SECRET_ACCESS_KEY": "any",
            "TRAINYARD_POLL_SECONDS": "0.2",
            "PATH": os.environ["PATH"],
        }
        command = [str(Path(sys.executable).with_name("trainyard")), *arguments, "--json"]
        return subprocess.run(command, env=environ, capture_output=True, text=True, check=False)

    def page(self, ended: Outcome) -> bytes | None:
        """Return what the gate drew of its decision on a run."""
        layout = RunLayout(
            bucket=contract.platform().buckets.artifacts, service="recommender", run=ended.progress.display_name
        )
        return decision_page(layout, self.account.clients.s3)


def falling_back(rendered: RenderedPipeline, *types: str) -> RenderedPipeline:
    """Return the pipeline as a service with these fallback types has it."""
    definition = json.loads(rendered.text)
    (parameter,) = [one for one in definition["Parameters"] if one["Name"] == FALLBACK_INSTANCE_TYPES]
    parameter["DefaultValue"] = written(types)
    return RenderedPipeline(canonical(json.dumps(definition)))


def push_stand_in(aws: CloudUnderTest) -> None:
    """Push the service that trains in no time, as both kinds of image."""
    with image_sources("recommender", []) as folders:
        _push(aws, [Path(__file__).parent / "stand_in/recommender", folders[1]], "standin")


def push_recommender(aws: CloudUnderTest) -> None:
    """Push the real service, as both kinds of image."""
    with image_sources("recommender", []) as folders:
        _push(aws, folders, "real")


def _push(aws: CloudUnderTest, folders: Sequence[Path], tag: str) -> None:
    archive = build(folders, entrypoint=["python", "-m", "recommender"], environment={}, python=sys.executable)
    for kind in ("training", "serving"):
        reference = parse_reference(f"{contract.service().repository_url}:{kind}-{tag}")
        push(archive, reference, endpoint_url=aws.endpoint_url, client=aws.cloud.client)


@contextmanager
def deployed_platform(home: Path, rendered: RenderedPipeline, speed: float = 1.0) -> Generator[Platform]:
    """Run such an environment while the block does; AWS's waits are divided by `speed`."""
    with running_cloud(home, speed) as aws:
        clients = Clients(
            sagemaker=aws.client("sagemaker"),
            s3=aws.client("s3"),
            ecr=aws.client("ecr"),
            dynamodb=aws.client("dynamodb"),
        )
        account = Account.fill(clients)
        push_stand_in(aws)
        deploy(rendered, contract.platform(), contract.service(), sagemaker=clients.sagemaker, s3=clients.s3)
        yield Platform(account, aws)
