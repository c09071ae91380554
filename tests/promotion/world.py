"""Two environments in two accounts of a local cloud, and a version that has proved itself in the first."""

import sys
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from localcloud.images.archive import build
from localcloud.images.push import push
from localcloud.images.reference import parse_reference
from localcloud.testing import CloudUnderTest
from tests.pipelines import contract
from tests.unit.release.plans import plan
from trainyard.acceptance import AcceptanceRecord, record
from trainyard.promotion import Side
from trainyard.registry.archive import stamp
from trainyard.release.item import to_item
from trainyard.release.plan import Container
from trainyard.release.record import Live, Progress, Record

REGION = contract.REGION
ACCOUNTS = {"staging": "000000000002", "prod": "000000000003"}
ARCHIVE = b"a model of several megabytes" * 400_000
METADATA = {"map_at_10": "0.31", "data_hash": "da7a", "code_commit": "c0ffee"}


@dataclass
class World:
    """What a test may change of the version before it is promoted."""

    cloud: CloudUnderTest
    service: str
    folder: Path
    content: bytes = ARCHIVE

    def side(self, environment: str) -> Side:
        account = ACCOUNTS[environment]
        platform = contract.platform().model_copy(
            update={
                "environment": environment,
                "account": account,
                "kms_key_arn": f"arn:aws:kms:{REGION}:{account}:key/{environment}",
                "buckets": contract.platform().buckets.model_copy(
                    update={"artifacts": f"{environment}-{self.service}"}
                ),
                "deployments_table": f"trainyard-{environment}-{self.service}",
            }
        )
        service = contract.service().model_copy(
            update={
                "name": self.service,
                "endpoint_name": f"{self.service}-{environment}",
                "model_package_group": f"{self.service}-{environment}",
                "repository_url": f"{account}.dkr.ecr.{REGION}.amazonaws.com/trainyard/{self.service}",
            }
        )
        return Side(platform=platform, service=service, client=lambda name: self.cloud.client(name, account))

    @property
    def source(self) -> Side:
        return self.side("staging")

    @property
    def target(self) -> Side:
        return self.side("prod")

    def bring_up(self, side: Side) -> None:
        side.client("s3").create_bucket(
            Bucket=side.platform.buckets.artifacts, CreateBucketConfiguration={"LocationConstraint": REGION}
        )
        side.client("ecr").create_repository(repositoryName=f"trainyard/{self.service}", imageTagMutability="IMMUTABLE")
        side.client("sagemaker").create_model_package_group(ModelPackageGroupName=side.service.model_package_group)
        keys = (("service", "HASH"), ("release_id", "RANGE"))
        side.client("dynamodb").create_table(
            TableName=side.platform.deployments_table,
            BillingMode="PAY_PER_REQUEST",
            KeySchema=[{"AttributeName": name, "KeyType": kind} for name, kind in keys],
            AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name, _ in keys],
        )

    def push_image(self) -> str:
        package = self.folder / "shop"
        package.mkdir(exist_ok=True)
        (package / "__main__.py").write_text(f"print({self.service!r})")
        archive = build([package], entrypoint=["python", "-m", "shop"], environment={}, python=sys.executable)
        url = self.source.service.repository_url
        push(
            archive,
            parse_reference(f"{url}:serving-1"),
            endpoint_url=self.cloud.endpoint_url,
            client=self.cloud.cloud.client,
        )
        return f"{url}@{archive.digest}"

    @property
    def url(self) -> str:
        return f"s3://{self.source.platform.buckets.artifacts}/runs/1/model.tar.gz"

    def put_archive(self, content: bytes) -> None:
        place = self.source.archive(self.url)
        place.s3.put_object(**place.request, Body=content)

    def register(self) -> str:
        self.put_archive(self.content)
        return self.source.client("sagemaker").create_model_package(
            ModelPackageGroupName=self.source.service.model_package_group,
            ModelApprovalStatus="PendingManualApproval",
            InferenceSpecification={
                "Containers": [{"Image": self.push_image(), "ModelDataUrl": self.url, "Environment": {"A": "1"}}],
                "SupportedContentTypes": ["application/json"],
                "SupportedResponseMIMETypes": ["application/json"],
            },
            CustomerMetadataProperties=METADATA,
        )["ModelPackageArn"]

    def released(self, number: int = 1, **changes: Any) -> Record:
        """Return the record of a release of version 1, which succeeded unless told otherwise, and keep it."""
        found = self.source.client("sagemaker").describe_model_package(
            ModelPackageName=f"arn:aws:sagemaker:{REGION}:{ACCOUNTS['staging']}:model-package/{self.service}-staging/1"
        )
        container = found["InferenceSpecification"]["Containers"][0]
        whole = Record(
            plan=plan(
                service=self.service,
                environment="staging",
                endpoint_name=f"{self.service}-staging",
                release_id=f"release#2026112{number}T120000Z-0001",
                version=changes.pop("version", "1"),
                kind=changes.pop("kind", "model"),
                model_package_arn=found["ModelPackageArn"],
                container=Container(image=container["Image"], model_data_url=self.url, environment={"A": "1"}),
            ),
            **{"status": "succeeded", **changes},
        )
        self.source.client("dynamodb").put_item(TableName=self.source.platform.deployments_table, Item=to_item(whole))
        return whole

    def accepted(self, release: Record, **changes: Any) -> AcceptanceRecord:
        """Record an acceptance of what `release` put live."""
        now = datetime.now(UTC).isoformat()
        archive = stamp(self.source.archive(self.url))
        assert archive
        whole = AcceptanceRecord(
            version="1",
            endpoint_config_name=release.plan.config_name,
            config_created=now,
            archive_etag=archive.etag,
            archive_modified=archive.modified,
            requests=15,
            failures=0,
            wrong="",
            at=now,
            accepted_by="arn:aws:iam::000000000002:user/ada",
        )
        kept = replace(whole, **changes)
        record.write(kept, self.service, self.source.platform.deployments_table, self.source.client("dynamodb"))
        return kept

    def of_target(self) -> dict[str, list[str]]:
        """Return everything that a promotion may leave in the target."""
        s3, sagemaker, ecr = (self.target.client(name) for name in ("s3", "sagemaker", "ecr"))
        bucket = self.target.platform.buckets.artifacts
        packages = sagemaker.list_model_packages(ModelPackageGroupName=self.target.service.model_package_group)
        return {
            "packages": [one["ModelPackageArn"] for one in packages["ModelPackageSummaryList"]],
            "objects": [one["Key"] for one in s3.list_objects_v2(Bucket=bucket).get("Contents", [])],
            "uploads": [one["Key"] for one in s3.list_multipart_uploads(Bucket=bucket).get("Uploads", [])],
            "images": [
                one["imageDigest"]
                for one in ecr.list_images(repositoryName=f"trainyard/{self.service}").get("imageIds", [])
            ],
        }


def rolled_back_from(version: str) -> Progress:
    """Return the progress of a release that replaced a version."""
    return Progress(replaces=Live(version=version, model_package_arn="a", endpoint_config_name="c", model_name="m"))
