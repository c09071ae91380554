import io
import json
import sys
import tarfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from localcloud.images.archive import build
from localcloud.images.push import push
from localcloud.images.reference import parse_reference
from localcloud.testing import CloudUnderTest, running_cloud

CONTAINER = Path(__file__).with_name("container")
URI = "000000000001.dkr.ecr.eu-west-1.amazonaws.com/shop:1"
BUCKET = "models"


def push_image(aws: CloudUnderTest) -> str:
    """Push the tiny container and return its digest."""
    ecr = aws.client("ecr")
    if not ecr.describe_repositories()["repositories"]:
        ecr.create_repository(repositoryName="shop")
    entrypoint = ["python", "-S", "container/serving.py"]
    image = build([CONTAINER], entrypoint=entrypoint, environment={}, python=sys.executable)
    return push(image, parse_reference(URI), endpoint_url=aws.endpoint_url, client=aws.cloud.client)


class Shop:
    """What the tests of endpoints say in one line each."""

    def __init__(self, aws: CloudUnderTest) -> None:
        self.aws = aws
        self.sagemaker = aws.client("sagemaker")
        self.runtime = aws.client("sagemaker-runtime")
        self.digest = push_image(aws)

    def model(self, name: str, data: str | None = None, **environment: str) -> None:
        container: dict[str, Any] = {"Image": URI, "Environment": {"VERSION": name, **environment}}
        if data is not None:
            container["ModelDataUrl"] = self.archive(name, data)
        self.sagemaker.create_model(
            ModelName=name, PrimaryContainer=container, ExecutionRoleArn="arn:aws:iam::000000000001:role/serving"
        )

    def archive(self, name: str, text: str) -> str:
        s3 = self.aws.client("s3")
        if BUCKET not in [bucket["Name"] for bucket in s3.list_buckets()["Buckets"]]:
            s3.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
        packed = io.BytesIO()
        with tarfile.open(fileobj=packed, mode="w:gz") as archive:
            entry = tarfile.TarInfo("name.txt")
            entry.size = len(text)
            archive.addfile(entry, io.BytesIO(text.encode()))
        s3.put_object(Bucket=BUCKET, Key=f"{name}/model.tar.gz", Body=packed.getvalue())
        return f"s3://{BUCKET}/{name}/model.tar.gz"

    def config(
        self,
        name: str,
        count: int = 1,
        *,
        capture: dict[str, Any] | None = None,
        shadow: dict[str, Any] | None = None,
        **weights: float,
    ) -> str:
        self.sagemaker.create_endpoint_config(
            EndpointConfigName=name,
            ProductionVariants=[
                {
                    "VariantName": variant,
                    "ModelName": name,
                    "InstanceType": "ml.m5.large",
                    "InitialInstanceCount": count,
                    "InitialVariantWeight": weight,
                }
                for variant, weight in (weights or {"live": 1.0}).items()
            ],
            **({"DataCaptureConfig": capture} if capture else {}),
            **({"ShadowProductionVariants": [shadow]} if shadow else {}),
        )
        return name

    def release(self, name: str, count: int = 1, **environment: str) -> str:
        """Make a model and a configuration of that name."""
        self.model(name, **environment)
        return self.config(name, count)

    def endpoint(self, config: str, name: str = "shop") -> None:
        self.sagemaker.create_endpoint(EndpointName=name, EndpointConfigName=config)
        assert self.settle(name)["EndpointStatus"] == "InService"

    def describe(self, name: str = "shop") -> dict[str, Any]:
        return self.sagemaker.describe_endpoint(EndpointName=name)

    def settle(self, name: str = "shop") -> dict[str, Any]:
        self.until(lambda: self.describe(name)["EndpointStatus"] in ("InService", "Failed", "UpdateRollbackFailed"))
        return self.describe(name)

    def until(self, reached: Callable[[], bool], seconds: float = 60.0) -> None:
        deadline = time.monotonic() + seconds
        while not reached():
            assert time.monotonic() < deadline, "the endpoint did not get there in time"
            time.sleep(0.05)

    def ask(self, name: str = "shop", body: dict[str, Any] | None = None, **params: Any) -> dict[str, Any]:
        answer = self.runtime.invoke_endpoint(
            EndpointName=name, ContentType="application/json", Body=json.dumps(body or {}), **params
        )
        return {**json.loads(answer["Body"].read()), "variant": answer["InvokedProductionVariant"]}


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    """A cloud whose hour takes a minute."""
    with running_cloud(tmp_path, speed=60) as aws:
        yield Shop(aws)
