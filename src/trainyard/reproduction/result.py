"""How a reproduction went, kept beside the run that it redid: `model show` tells it."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from pipelines.run_layout import RunLayout

_FOLDER = "reproductions"


@dataclass(frozen=True, kw_only=True)
class Reproduction:
    """One reproduction of a version."""

    version: int
    run: str
    """That made the model again."""
    execution: str
    by: str
    at: str
    """ISO 8601."""
    verdict: str
    archive_sha256: str
    """Of what was made again."""
    comparison: Mapping[str, Any]


def keep(result: Reproduction, layout: RunLayout, account: str, s3: Any) -> str:
    """Write a result and return its address."""
    name = f"{result.run}.json"
    s3.put_object(
        Bucket=layout.bucket,
        Key=layout.key(_FOLDER, name),
        Body=json.dumps(asdict(result), indent=2, sort_keys=True).encode(),
        ContentType="application/json",
        ExpectedBucketOwner=account,
    )
    return layout.uri(_FOLDER, name)


def kept(layout: RunLayout, account: str, s3: Any) -> list[Reproduction]:
    """Return the reproductions of what a run made, the newest first."""
    pages = s3.get_paginator("list_objects_v2").paginate(
        Bucket=layout.bucket, Prefix=layout.key(_FOLDER, ""), ExpectedBucketOwner=account
    )
    keys = [item["Key"] for page in pages for item in page.get("Contents", [])]
    read = (s3.get_object(Bucket=layout.bucket, Key=key, ExpectedBucketOwner=account)["Body"].read() for key in keys)
    return sorted((Reproduction(**json.loads(text)) for text in read), key=lambda one: one.at, reverse=True)
