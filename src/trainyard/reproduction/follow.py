"""A reproduction followed to its end, which other data bring about before anything is trained on them."""

import json
import secrets
from collections.abc import Iterable, Iterator
from typing import Any

from pipelines.execution import Progress
from pipelines.outcome import output_file
from trainyard.errors import TrainyardError

_INGEST, _SNAPSHOT = "Ingest", "snapshot.json"


class OtherData(TrainyardError):
    """The data that a version was trained on are not what lies at their address now."""


def follow(states: Iterable[Progress], expected: str, *, sagemaker: Any, s3: Any) -> Iterator[Progress]:
    """Yield the states of an execution; stop it once its snapshot turns out to be another.

    Args:
        states: of the execution, until its end.
        expected: the recorded hash of the data.
        sagemaker: a client.
        s3: a client.

    Raises:
        OtherData: the snapshot has another hash.
        TrainyardError: the execution did not succeed.
    """
    known = False
    last: Progress | None = None
    for last in states:
        ingest = last.step(_INGEST)
        if not known and ingest and ingest.status == "Succeeded":
            known = True
            found = snapshot_hash(ingest.resource_arn, sagemaker, s3)
            if found not in (None, expected):
                _stop(last, sagemaker)
                raise _other(str(found), expected, last)
        yield last
    if last is None or last.status != "Succeeded":
        raise _failed(last)


def snapshot_hash(job_arn: str, sagemaker: Any, s3: Any) -> str | None:
    """Return the hash of the data that an ingest job took, None where it wrote none."""
    try:
        found = s3.get_object(**output_file(job_arn, _SNAPSHOT, sagemaker))
    except s3.exceptions.NoSuchKey:
        return None
    return json.loads(found["Body"].read()).get("data_hash")


def _stop(progress: Progress, sagemaker: Any) -> None:
    if not progress.ended:
        sagemaker.stop_pipeline_execution(
            PipelineExecutionArn=progress.execution_arn, ClientRequestToken=secrets.token_hex(16)
        )


def _other(found: str, expected: str, progress: Progress) -> OtherData:
    return OtherData(
        f"The data are not those of the record: their hash is {found}, recorded is {expected}",
        where=progress.execution_arn,
        cure="Nothing was trained. Find out who overwrote them; the bucket keeps older versions of objects for a while",
    )


def _failed(progress: Progress | None) -> TrainyardError:
    if progress is None:
        return TrainyardError("The reproduction was not followed")
    failed = next((step for step in progress.steps if step.status == "Failed"), None)
    what = f"in step {failed.name}: {failed.failure}" if failed else f"as {progress.status}: {progress.failure}"
    return TrainyardError(
        f"The model could not be made again; its run ended {what}",
        where=progress.execution_arn,
        cure="`trainyard pipeline follow` with that address shows the steps and their logs",
    )
