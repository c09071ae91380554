import itertools
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from localcloud.cloud import Image
from localcloud.errors import ValidationError
from localcloud.scope import Scope
from localcloud.testing import CloudUnderTest, running_cloud

IMAGE = "000000000001.dkr.ecr.eu-west-1.amazonaws.com/trainyard/test:v1"
BUCKET = "data"


@dataclass(frozen=True)
class FolderImage:
    """An image registry with one image, whose entrypoint is `python -m job` in a folder."""

    root: Path

    def resolve(self, scope: Scope, uri: str) -> Image:
        if uri != IMAGE:
            raise ValidationError(f"there is no image {uri}")
        return Image(uri, "sha256:0", self.root, (sys.executable, "-m", "job"), {})


@dataclass(frozen=True)
class Jobs:
    """A cloud that runs jobs of one image, whose program each test writes."""

    aws: CloudUnderTest
    code: Path

    def program(self, text: str) -> None:
        (self.code / "job.py").write_text(text)

    @property
    def role(self) -> str:
        """The jobs' role, of the caller's own account: a role of another cannot be passed."""
        return f"arn:aws:iam::{self.aws.account}:role/job"

    @property
    def sagemaker(self) -> Any:
        return self.aws.client("sagemaker")

    @property
    def s3(self) -> Any:
        return self.aws.client("s3")

    def read(self, key: str) -> bytes:
        return self.s3.get_object(Bucket=BUCKET, Key=key)["Body"].read()

    def put(self, key: str, body: bytes = b"") -> None:
        self.s3.put_object(Bucket=BUCKET, Key=key, Body=body)

    def list_keys(self, prefix: str = "") -> list[str]:
        return [item["Key"] for item in self.s3.list_objects_v2(Bucket=BUCKET, Prefix=prefix).get("Contents", [])]

    def wait(
        self, describe: Callable[[], dict[str, Any]], key: str, *awaited: str, seconds: float = 30
    ) -> dict[str, Any]:
        """Ask until `key` is one of `awaited`; the state is another process's, so there is no event to wait for."""
        deadline = time.monotonic() + seconds
        while (answer := describe())[key] not in awaited:
            assert time.monotonic() < deadline, answer
            time.sleep(0.02)
        return answer


@pytest.fixture(scope="module")
def shared_cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[CloudUnderTest]:
    with running_cloud(tmp_path_factory.mktemp("home"), speed=100) as aws:
        yield aws


_accounts = itertools.count(1)


@pytest.fixture
def jobs(shared_cloud: CloudUnderTest, tmp_path: Path) -> Iterator[Jobs]:
    """An account of its own in a cloud that the module's tests share: starting a cloud takes longer than most tests."""
    aws = replace(shared_cloud, account=f"{next(_accounts):012}")
    aws.cloud.images = FolderImage(tmp_path)
    jobs = Jobs(aws, tmp_path)
    jobs.s3.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": aws.region})
    yield jobs
    # Bucket names are one name space over all accounts.
    for key in jobs.list_keys():
        jobs.s3.delete_object(Bucket=BUCKET, Key=key)
    jobs.s3.delete_bucket(Bucket=BUCKET)
