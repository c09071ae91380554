"""A transform job as SageMaker describes it, reduced to what is decided and shown."""

from dataclasses import dataclass
from itertools import count
from typing import Any

from botocore.exceptions import ClientError

from trainyard.batch.plan import BatchPlan, JobPlan
from trainyard.release.observe import missing

RUNNING = ("InProgress", "Stopping")
COMPLETED = "Completed"
_AGAIN = ("Failed", "Stopped")


@dataclass(frozen=True, kw_only=True)
class JobState:
    """How a job is."""

    status: str
    """InProgress, Stopping, Completed, Failed or Stopped."""
    failure_reason: str = ""
    started: str = ""
    """ISO 8601; empty until instances are there."""
    ended: str = ""


def describe_job(sagemaker: Any, name: str) -> JobState | None:
    """Return the state of a job, None where there is none."""
    try:
        answer = sagemaker.describe_transform_job(TransformJobName=name)
    except ClientError as error:
        if missing(error):
            return None
        raise
    times = {key: answer.get(f"Transform{name}Time") for key, name in (("started", "Start"), ("ended", "End"))}
    return JobState(
        status=answer["TransformJobStatus"],
        failure_reason=answer.get("FailureReason", ""),
        **{key: moment.isoformat(timespec="seconds") for key, moment in times.items() if moment},
    )


def attempt_of(plan: BatchPlan, sagemaker: Any) -> tuple[JobPlan, JobState | None]:
    """Return the attempt that runs or ran, with its state, or the next one where all before it failed."""
    for number in count(1):
        job = plan.job(number)
        state = describe_job(sagemaker, job.name)
        if state is None or state.status not in _AGAIN:
            return job, state
    raise AssertionError("there is always a next number")
