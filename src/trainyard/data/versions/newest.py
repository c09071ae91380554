"""The newest snapshot of a service, fetched: the file imported last, or all that was read of a database."""

import json
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from pipelines.orders import history_uri, latest_orders
from stacks.outputs import PlatformOutputs, ServiceOutputs
from trainyard.errors import UsageError


def fetch_newest(platform: PlatformOutputs, service: ServiceOutputs, folder: Path, s3: Any) -> str:
    """Fetch the snapshot's files into a folder, which then holds nothing else, and return where they came from.

    Raises:
        RunRefused: no file has been imported.
        UsageError: no run has read the database yet.
    """
    owner = {"ExpectedBucketOwner": platform.account}
    if service.source.type == "database":
        origin, names = _increments(history_uri(platform.buckets.features, service.name), owner, s3)
    else:
        origin = latest_orders(platform.buckets.raw, service.name, s3)
        names = [origin]
    folder.mkdir(parents=True, exist_ok=True)
    wanted = {_file_name(name): name for name in names}
    for stale in folder.iterdir():
        if stale.name not in wanted:
            stale.unlink()
    for name, address in wanted.items():
        # Names say the content, but for an imported file's: that is fetched each time.
        if not (folder / name).exists() or len(wanted) == 1:
            bucket, key = _parts(address)
            s3.download_file(bucket, key, str(folder / name), ExtraArgs=owner)
    return origin


def _increments(history: str, owner: dict[str, str], s3: Any) -> tuple[str, list[str]]:
    bucket, prefix = _parts(history)
    asked = {"Bucket": bucket, "Prefix": f"{prefix}/manifests/", **owner}
    pages = s3.get_paginator("list_objects_v2").paginate(**asked)
    keys = sorted(item["Key"] for page in pages for item in page.get("Contents", []))
    if not keys:
        raise UsageError(
            "No run has read the database yet, so there is no snapshot",
            where=history,
            cure="Start one with `trainyard pipeline run SERVICE --latest`",
        )
    manifest = json.loads(s3.get_object(Bucket=bucket, Key=keys[-1], **owner)["Body"].read())
    return f"s3://{bucket}/{keys[-1]}", [f"{history}/{increment['name']}" for increment in manifest["increments"]]


def _file_name(address: str) -> str:
    return address.rpartition("/")[2]


def _parts(address: str) -> tuple[str, str]:
    parts = urlsplit(address)
    return parts.netloc, parts.path.lstrip("/")
