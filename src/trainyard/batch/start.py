"""Starts a batch: everything that the job and its lineage need first, the job itself last.

A start that is killed anywhere is made good by the next one: names follow from the content, so what exists is found.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from trainyard.batch import request
from trainyard.batch.asking import requests
from trainyard.batch.job import attempt_of
from trainyard.batch.ledger import Ledger
from trainyard.batch.plan import BatchPlan, JobPlan
from trainyard.batch.record import BatchRecord, record_of
from trainyard.registry.archive import Place
from trainyard.release.calls import create


@dataclass(frozen=True, kw_only=True)
class Clients:
    """What a batch works with."""

    sagemaker: Any
    s3: Any
    ledger: Ledger


@dataclass(frozen=True, kw_only=True)
class Started:
    """A job, and whether an earlier start had made it."""

    record: BatchRecord
    already: bool


def start(plan: BatchPlan, clients: Clients, *, arn_prefix: str, at: datetime, by: str) -> Started:
    """Start the batch's job, or return the one that runs or ran.

    Args:
        plan: of the batch.
        clients: of its environment.
        arn_prefix: beginning of the ARNs of transform jobs, up to their name.
        at: when it is started.
        by: who starts it, as AWS knows them.
    """
    job, state = attempt_of(plan, clients.sagemaker)
    whole = record_of(plan, job, job_arn=f"{arn_prefix}{job.name}", at=at, by=by)
    record = clients.ledger.enter(whole)
    if state is None:
        _store(plan, job, record, clients.s3)
        create(clients.sagemaker.create_model, request.model(plan))
        create(clients.sagemaker.create_transform_job, request.transform_job(plan, job))
    return Started(record=record, already=state is not None)


def put(url: str, content: bytes, plan: BatchPlan, s3: Any) -> None:
    """Write an object of the environment's own bucket, under its key."""
    place = Place.of(url, plan.account, s3)
    s3.put_object(
        **place.request,
        Body=content,
        ServerSideEncryption="aws:kms",
        SSEKMSKeyId=plan.fleet.kms_key_arn,
        BucketKeyEnabled=True,
    )


def _store(plan: BatchPlan, job: JobPlan, record: BatchRecord, s3: Any) -> None:
    put(job.list_uri, plan.customers.content, plan, s3)
    put(job.requests_uri, b"".join(requests(plan.customers.ids, plan.k)), plan, s3)
    put(job.manifest_uri, record.manifest(), plan, s3)
