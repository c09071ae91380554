"""Where a scored file comes from: written before its job exists, so that no file is without it. Pure."""

import json
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from pydantic import TypeAdapter

from trainyard.batch.plan import BatchPlan, JobPlan

Item = dict[str, dict[str, str]]
PREFIX = "batch#"


@dataclass(frozen=True, kw_only=True)
class BatchRecord:
    """One job, what it scores, with what, and for whom."""

    name: str
    attempt: int
    service: str
    environment: str
    version: str
    model_package_arn: str
    data_hash: str
    """Of the data that the model was made from; empty where its package does not say."""
    image: str
    image_digest: str
    """Empty where the package names its image by a tag, which may move."""
    model_data_url: str
    model_name: str
    input: str
    """What was asked for: a path of the starter's machine, or an address."""
    input_uri: str
    """The copy that was scored."""
    input_sha256: str
    customers: int
    k: int
    output_uri: str
    manifest_uri: str
    job_arn: str
    started: str
    """As ISO 8601."""
    started_by: str
    """Who that is to AWS."""
    output_sha256: str = ""
    """Empty until the answers have been checked."""

    def manifest(self) -> bytes:
        """Return the file that lies beside the answers."""
        return json.dumps(asdict(self), indent=2).encode() + b"\n"


_RECORD = TypeAdapter(BatchRecord)


def record_of(plan: BatchPlan, job: JobPlan, *, job_arn: str, at: datetime, by: str) -> BatchRecord:
    """Return the record of a job that is to be started.

    Args:
        plan: of the batch.
        job: the attempt.
        job_arn: what SageMaker will call it.
        at: when.
        by: who starts it, as AWS knows them.
    """
    container = plan.container
    return BatchRecord(
        name=job.name,
        attempt=job.attempt,
        service=plan.service,
        environment=plan.environment,
        version=plan.version,
        model_package_arn=plan.model_package_arn,
        data_hash=container.data_hash,
        image=container.image,
        image_digest=container.image.partition("@")[2],
        model_data_url=container.model_data_url,
        model_name=plan.model_name,
        input=plan.customers.source,
        input_uri=job.list_uri,
        input_sha256=plan.customers.sha256,
        customers=len(plan.customers.ids),
        k=plan.k,
        output_uri=job.output_uri,
        manifest_uri=job.manifest_uri,
        job_arn=job_arn,
        started=at.isoformat(timespec="milliseconds"),
        started_by=by,
    )


def item_key(service: str, name: str) -> Item:
    """Return the primary key of a record's item."""
    return {"service": {"S": service}, "release_id": {"S": f"{PREFIX}{name}"}}


def to_item(record: BatchRecord) -> Item:
    """Return the item of a record."""
    values = asdict(record).items()
    written = {name: {"N": str(value)} if isinstance(value, int) else {"S": value} for name, value in values}
    return item_key(record.service, record.name) | written


def from_item(item: Item) -> BatchRecord:
    """Return the record that an item holds."""
    known: dict[str, Any] = {name: next(iter(item[name].values())) for name in BatchRecord.__dataclass_fields__}
    return _RECORD.validate_python(known)
