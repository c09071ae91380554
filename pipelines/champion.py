"""The champion laid out for a run: which version is live, and a copy of its archive that the run can read.

A run keeps what it was compared with, even when that version's package is deleted later.
"""

import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from pipelines.run_layout import RunLayout
from stacks.outputs import PlatformOutputs

_LIVE = "live"


@dataclass(frozen=True, kw_only=True)
class Champion:
    """The live version of a service."""

    version: str
    model_data_url: str


def live_champion(table: str, service: str, *, dynamodb: Any, sagemaker: Any) -> Champion | None:
    """Return the version that a release made live last, or None while the baseline answers."""
    key = {"service": {"S": service}, "release_id": {"S": _LIVE}}
    item = dynamodb.get_item(TableName=table, Key=key, ConsistentRead=True).get("Item", {})
    arn = item.get("model_package_arn", {}).get("S")
    if not arn:
        return None
    package = sagemaker.describe_model_package(ModelPackageName=arn)
    container = package["InferenceSpecification"]["Containers"][0]
    return Champion(version=str(package["ModelPackageVersion"]), model_data_url=container["ModelDataUrl"])


def lay_out(champion: Champion | None, layout: RunLayout, platform: PlatformOutputs, s3: Any) -> str:
    """Put champion.json, and the archive where there is one, below the run; return the S3 prefix of both."""
    if champion is not None:
        source = urlsplit(champion.model_data_url)
        s3.copy(
            {"Bucket": source.netloc, "Key": source.path.lstrip("/")},
            layout.bucket,
            layout.key("champion", "model.tar.gz"),
            ExtraArgs={"ExpectedBucketOwner": platform.account},
        )
    s3.put_object(
        Bucket=layout.bucket,
        Key=layout.key("champion", "champion.json"),
        Body=json.dumps({"version": champion.version if champion else None}).encode(),
        ContentType="application/json",
        ExpectedBucketOwner=platform.account,
    )
    return layout.uri("champion")
