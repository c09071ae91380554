"""What a run was started with, kept beside what it makes: enough to do it again when SageMaker has forgotten it."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from botocore.exceptions import ClientError

from pipelines.run_layout import RunLayout

RECORD, DEFINITION = "run.json", "definition.json"
"""Names below the run's prefix in the artifacts bucket."""


@dataclass(frozen=True, kw_only=True)
class RunRecord:
    """One start of a pipeline."""

    run: str
    started_by: str
    """Who, as AWS knows them, or `unknown`."""
    started_at: str
    """ISO 8601."""
    pipeline: str
    definition_sha256: str
    """Of the definition that it ran, in canonical JSON; it lies beside this record."""
    parameters: Mapping[str, str]
    """All that the definition leaves open; what is not among them had the definition's default."""


def canonical(definition: str) -> str:
    """Return a pipeline definition as the renderer writes it, however SageMaker hands it back."""
    return json.dumps(json.loads(definition), sort_keys=True, separators=(",", ":"))


def keep_once(record: RunRecord, definition: str, layout: RunLayout, account: str, s3: Any) -> RunRecord:
    """Write a record and the definition it speaks of; a run that is started again keeps, and gets, its first record."""
    first = read(layout, account, s3)
    if first is not None:
        return first[0]
    for name, text in ((RECORD, json.dumps(asdict(record), indent=2, sort_keys=True)), (DEFINITION, definition)):
        s3.put_object(
            Bucket=layout.bucket,
            Key=layout.key(name),
            Body=text.encode(),
            ContentType="application/json",
            ExpectedBucketOwner=account,
        )
    return record


def read(layout: RunLayout, account: str, s3: Any) -> tuple[RunRecord, str] | None:
    """Return a run's record and definition; None where it left none, or its definition is not the recorded one."""
    texts = [_text(layout, name, account, s3) for name in (RECORD, DEFINITION)]
    if None in texts:
        return None
    record = RunRecord(**json.loads(str(texts[0])))
    definition = str(texts[1])
    return (record, definition) if sha256(definition) == record.definition_sha256 else None


def sha256(definition: str) -> str:
    """Return the hash that names a definition."""
    return hashlib.sha256(definition.encode()).hexdigest()


def _text(layout: RunLayout, name: str, account: str, s3: Any) -> str | None:
    try:
        found = s3.get_object(Bucket=layout.bucket, Key=layout.key(name), ExpectedBucketOwner=account)
    except ClientError as error:
        if error.response["Error"]["Code"] != "NoSuchKey":
            raise
        return None
    return found["Body"].read().decode()
