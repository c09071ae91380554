"""An AWS account with what a run needs: in memory, or on a local cloud."""

import hashlib
from dataclasses import dataclass
from typing import Any

import boto3

from pipelines.launch import Clients
from tests.pipelines import contract

RUN_TABLE = "trainyard-dev-deployments"


@dataclass(frozen=True)
class Account:
    """Clients of the account and shortcuts to fill it."""

    clients: Clients

    @classmethod
    def create(cls) -> "Account":
        session = boto3.Session("a", "b", region_name=contract.REGION)
        clients = Clients(
            sagemaker=session.client("sagemaker"),
            s3=session.client("s3"),
            ecr=session.client("ecr"),
            dynamodb=session.client("dynamodb"),
        )
        return cls.fill(clients)

    @classmethod
    def fill(cls, clients: Clients) -> "Account":
        for bucket in ("dev-raw", "dev-features", "dev-artifacts"):
            clients.s3.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": contract.REGION})
        clients.ecr.create_repository(repositoryName="trainyard/recommender")
        clients.sagemaker.create_model_package_group(ModelPackageGroupName="recommender-dev")
        clients.dynamodb.create_table(
            TableName=RUN_TABLE,
            BillingMode="PAY_PER_REQUEST",
            KeySchema=[
                {"AttributeName": "service", "KeyType": "HASH"},
                {"AttributeName": "release_id", "KeyType": "RANGE"},
            ],
            AttributeDefinitions=[
                {"AttributeName": "service", "AttributeType": "S"},
                {"AttributeName": "release_id", "AttributeType": "S"},
            ],
        )
        return cls(clients)

    def put_orders(self, day: str, digest: str) -> str:
        key = f"recommender/orders/{day}-{digest}/orders.parquet"
        self.clients.s3.put_object(Bucket="dev-raw", Key=key, Body=b"orders")
        return f"s3://dev-raw/{key}"

    def push_image(self, tag: str) -> str:
        manifest = (
            '{"schemaVersion": 2, "mediaType": "application/vnd.oci.image.manifest.v1+json", '
            f'"config": {{"digest": "sha256:{tag}"}}, "layers": []}}'
        )
        pushed = self.clients.ecr.put_image(
            repositoryName="trainyard/recommender",
            imageManifest=manifest,
            imageTag=tag,
            imageDigest="sha256:" + hashlib.sha256(manifest.encode()).hexdigest(),
        )
        return f"{contract.service().repository_url}@{pushed['image']['imageId']['imageDigest']}"

    def make_live(self, archive: bytes) -> str:
        self.clients.s3.put_object(Bucket="dev-artifacts", Key="old/model.tar.gz", Body=archive)
        arn = self.clients.sagemaker.create_model_package(
            ModelPackageGroupName="recommender-dev",
            InferenceSpecification={
                "Containers": [{"Image": "i", "ModelDataUrl": "s3://dev-artifacts/old/model.tar.gz"}],
                "SupportedContentTypes": ["application/json"],
                "SupportedResponseMIMETypes": ["application/json"],
            },
        )["ModelPackageArn"]
        self.clients.dynamodb.put_item(
            TableName=RUN_TABLE,
            Item={
                "service": {"S": "recommender"},
                "release_id": {"S": "live"},
                "model_package_arn": {"S": arn},
                "version": {"S": "1"},
                "endpoint_config_name": {"S": "c"},
            },
        )
        return arn

    def object(self, uri: str) -> bytes:
        bucket, _, key = uri.removeprefix("s3://").partition("/")
        return self.clients.s3.get_object(Bucket=bucket, Key=key)["Body"].read()

    def objects(self, bucket: str) -> list[str]:
        listed: dict[str, Any] = self.clients.s3.list_objects_v2(Bucket=bucket)
        return sorted(item["Key"] for item in listed.get("Contents", []))
