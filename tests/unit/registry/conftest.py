from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import boto3
import pytest
from moto import mock_aws

GROUP = "recommender-dev"
TABLE = "trainyard-dev-deployments"


@dataclass(frozen=True)
class Registry:
    """A registry and a deployments table in memory."""

    sagemaker: Any
    dynamodb: Any

    def register(self, **metadata: str) -> str:
        return self.sagemaker.create_model_package(
            ModelPackageGroupName=GROUP,
            ModelApprovalStatus="PendingManualApproval",
            InferenceSpecification={
                "Containers": [{"Image": "shop@sha256:1", "ModelDataUrl": "s3://artifacts/model.tar.gz"}],
                "SupportedContentTypes": ["application/json"],
                "SupportedResponseMIMETypes": ["application/json"],
            },
            CustomerMetadataProperties=metadata,
        )["ModelPackageArn"]

    def records(self) -> list[dict[str, str]]:
        items = self.dynamodb.scan(TableName=TABLE)["Items"]
        return [{name: value["S"] for name, value in item.items()} for item in items]


@pytest.fixture
def registry() -> Iterator[Registry]:
    with mock_aws():
        session = boto3.Session("a", "b", region_name="eu-west-1")
        sagemaker, dynamodb = session.client("sagemaker"), session.client("dynamodb")
        sagemaker.create_model_package_group(ModelPackageGroupName=GROUP)
        dynamodb.create_table(
            TableName=TABLE,
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
        yield Registry(sagemaker, dynamodb)
