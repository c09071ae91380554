"""Follows a job to its end, and vouches for its answers."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

from trainyard.batch.asking import Asked, check_answers
from trainyard.batch.job import COMPLETED, RUNNING, JobState, describe_job
from trainyard.batch.plan import BatchPlan
from trainyard.batch.record import BatchRecord
from trainyard.batch.start import Clients, put
from trainyard.errors import TrainyardError
from trainyard.registry.archive import Place, blocks


def watch(sagemaker: Any, name: str, wait: Callable[[], None]) -> Iterator[JobState]:
    """Yield how a job is, again and again until it has ended.

    Raises:
        TrainyardError: there is no such job.
    """
    while True:
        state = describe_job(sagemaker, name)
        if state is None:
            raise TrainyardError("SageMaker has no such transform job", where=name, cure="Start the batch again")
        yield state
        if state.status not in RUNNING:
            return
        wait()


def finish(plan: BatchPlan, record: BatchRecord, state: JobState, clients: Clients) -> BatchRecord:
    """Return the record of a job that has ended, with the hash of its answers, which are checked first.

    Raises:
        TrainyardError: the job failed or was stopped, or its answers are not what was asked for.
    """
    if state.status != COMPLETED:
        raise TrainyardError(
            f"The batch {state.status.lower()}{f': {state.failure_reason}' if state.failure_reason else ''}",
            where=f"transform job {record.name}; its logs are in /aws/sagemaker/TransformJobs",
            cure="Starting it again makes a new attempt",
        )
    if record.output_sha256:
        return record
    asked = Asked(ids=plan.customers.ids, k=plan.k, version=plan.version, data_hash=plan.container.data_hash)
    answers = blocks(Place.of(record.output_uri, plan.account, clients.s3))
    whole = replace(record, output_sha256=check_answers(answers, asked, record.output_uri).sha256)
    # The item goes last: while it lacks the hash, the next look does both again.
    put(record.manifest_uri, whole.manifest(), plan, clients.s3)
    clients.ledger.note_output(whole)
    return whole
