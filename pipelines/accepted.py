"""The snapshot that validation accepted last, laid out for a run: its record, which the new snapshot is held to.

Validation leaves each record under a name of its own that sorts by generation, and overwrites none: of two runs at once
both were compared with the same one, and whichever of their records sorts last is the next one's. A run keeps a copy,
so that it can be made again after the records were deleted.
"""

import json
from typing import Any

from pipelines.run_layout import RunLayout
from stacks.outputs import PlatformOutputs

_NONE = {"schema": 1, "generation": 0}
"""What a run is given where nothing was accepted before: a job's input must exist."""


def records_uri(bucket: str, service: str) -> str:
    """Return where validation leaves the records of a service.

    Args:
        bucket: the artifacts bucket, which jobs may write.
        service: its name.
    """
    return f"s3://{bucket}/{_prefix(service)}"


def lay_out(layout: RunLayout, platform: PlatformOutputs, s3: Any) -> str:
    """Put accepted.json, the newest record or one that says there is none, below the run; return its S3 prefix."""
    owner = {"Bucket": layout.bucket, "ExpectedBucketOwner": platform.account}
    s3.put_object(
        **owner,
        Key=layout.key("accepted", "accepted.json"),
        Body=_newest(f"{_prefix(layout.service)}/", owner, s3) or json.dumps(_NONE).encode(),
        ContentType="application/json",
    )
    return layout.uri("accepted")


def _newest(prefix: str, owner: dict[str, str], s3: Any) -> bytes | None:
    pages = s3.get_paginator("list_objects_v2").paginate(**owner, Prefix=prefix)
    keys = [item["Key"] for page in pages for item in page.get("Contents", [])]
    return s3.get_object(**owner, Key=max(keys))["Body"].read() if keys else None


def _prefix(service: str) -> str:
    return f"{service}/validation"
