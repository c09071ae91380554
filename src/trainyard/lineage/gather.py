"""The records of a version looked up: registry, run, archive, approvals, releases, acceptance, reproductions."""

import json
from collections.abc import Callable
from typing import Any

from botocore.exceptions import ClientError

from pipelines.run_layout import RunLayout
from pipelines.run_record import RECORD
from stacks.outputs import PlatformOutputs, ServiceOutputs
from trainyard.acceptance import record as acceptance
from trainyard.lineage.sources import Sources
from trainyard.registry import ModelVersion
from trainyard.registry.archive import Place, blocks
from trainyard.release.table import DeploymentTable
from trainyard.reproduction import kept
from trainyard.reproduction.made import DOCUMENT, ENVIRONMENT, content, fetched

_GONE = ("NoSuchKey", "NoSuchBucket", "404", "AccessDenied")
"""What S3 says of an object that is not there; without the right to list it says AccessDenied."""


def gather(
    version: ModelVersion, platform: PlatformOutputs, service: ServiceOutputs, client: Callable[[str], Any]
) -> Sources:
    """Read everything that is recorded about a version.

    Args:
        version: of the registry.
        platform: of its environment.
        service: its model service.
        client: returns a boto3 client of a service, such as `s3`.
    """
    s3, dynamodb = client("s3"), client("dynamodb")
    number, account = str(version.version), platform.account
    run = version.metadata.get("run", "")
    artifacts = RunLayout(bucket=platform.buckets.artifacts, service=service.name, run=run)
    features = RunLayout(bucket=platform.buckets.features, service=service.name, run=run)
    snapshot = features.uri("snapshot", "snapshot.json")
    table = DeploymentTable(dynamodb, platform.deployments_table)
    sha256, documents = _archive(version.model_data_url, account, s3)

    def read(uri: str) -> dict[str, Any]:
        return _json(Place.of(uri, account, s3)) if run and uri else {}

    described = read(snapshot)
    return Sources(
        version=version,
        required=service.approvals_required,
        archive_sha256=sha256,
        model=documents.get(DOCUMENT, {}),
        environment=documents.get(ENVIRONMENT, {}),
        run=read(artifacts.uri(RECORD)),
        snapshot=described,
        snapshot_uri=features.uri("snapshot") if described else "",
        evaluation=read(version.evaluation_url),
        gate=read(artifacts.uri("gate", "gate.json")),
        files=_files(artifacts, account, s3) if run else (),
        approvals=table.approvals(service.name, number),
        releases=table.all_releases(service.name),
        acceptance=acceptance.read(service.name, number, platform.deployments_table, dynamodb),
        reproductions=kept(artifacts, account, s3) if run else (),
    )


def _archive(url: str, account: str, s3: Any) -> tuple[str, dict[str, Any]]:
    """Return the hash of an archive and the documents in it; nothing where it is gone or is no archive."""
    try:
        with fetched(Place.of(url, account, s3)) as (sha256, file):
            try:
                return sha256, content(file)[1]
            except (OSError, EOFError, ValueError):
                return sha256, {}
    except ClientError as error:
        if error.response["Error"]["Code"] not in _GONE:
            raise
        return "", {}


def _json(place: Place) -> dict[str, Any]:
    try:
        return json.loads(b"".join(blocks(place)))
    except ClientError as error:
        if error.response["Error"]["Code"] not in _GONE:
            raise
        return {}


def _files(layout: RunLayout, account: str, s3: Any) -> list[str]:
    pages = s3.get_paginator("list_objects_v2").paginate(
        Bucket=layout.bucket, Prefix=layout.key(""), ExpectedBucketOwner=account
    )
    return [f"s3://{layout.bucket}/{item['Key']}" for page in pages for item in page.get("Contents", [])]
