"""A local cloud inside a test's process.

    from localcloud.testing import running_cloud

    def test_buckets_exist(tmp_path):
        with running_cloud(tmp_path) as aws:
            aws.client("s3").create_bucket(Bucket="mine", CreateBucketConfiguration={"LocationConstraint": aws.region})

Only one can run at a time in a process. Leaving the block stops it and every process it started; entering again with
the same folder finds the same state.
"""

from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from localcloud.alarms import Evaluator
from localcloud.assembly import run
from localcloud.cloud import Cloud
from localcloud.home import Home
from localcloud.scope import Scope


@dataclass(frozen=True)
class CloudUnderTest:
    """A running cloud and clients of it."""

    cloud: Cloud
    evaluator: Evaluator
    """Evaluates alarms; `evaluator.step(now)` does so at once."""
    proxy_url: str
    """The HTTPS proxy that leads AWS's host names to this cloud."""
    account: str = "000000000001"
    region: str = "eu-west-1"

    @property
    def endpoint_url(self) -> str:
        """The address all services answer at."""
        return self.cloud.endpoint_url

    @property
    def scope(self) -> Scope:
        """The account and region that `client` uses unless told otherwise."""
        return Scope(self.account, self.region)

    def client(self, service: str, account: str | None = None, region: str | None = None) -> Any:
        """Return a boto3 client of `service` with an account's credentials."""
        return self.cloud.client(service, Scope(account or self.account, region or self.region))


@contextmanager
def running_cloud(home: Path, speed: float = 1.0) -> Generator[CloudUnderTest]:
    """Run a cloud that keeps its state in `home`, on a free port; durations are divided by `speed`."""
    place = Home(home)
    place.create()
    ports = place.ports()
    running = run(place, ports, speed)
    try:
        yield CloudUnderTest(running.cloud, running.evaluator, f"http://127.0.0.1:{ports.proxy}")
    finally:
        running.stop()
