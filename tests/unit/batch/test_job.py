from datetime import UTC, datetime
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.unit.batch.plans import batch
from trainyard.batch.job import JobState, attempt_of, describe_job

PLAN = batch()


class SageMaker:
    """Transform jobs by the status of each attempt, the first one first."""

    def __init__(self, *statuses: str, code: str = "ValidationException") -> None:
        self._jobs = {PLAN.job(number).name: status for number, status in enumerate(statuses, 1)}
        self._code = code

    def describe_transform_job(self, TransformJobName: str) -> dict[str, Any]:
        if TransformJobName not in self._jobs:
            message = f"Could not find requested job with name: {TransformJobName}"
            raise ClientError({"Error": {"Code": self._code, "Message": message}}, "DescribeTransformJob")
        return {
            "TransformJobStatus": self._jobs[TransformJobName],
            "TransformStartTime": datetime(2026, 11, 25, tzinfo=UTC),
        }


@pytest.mark.parametrize(
    ("statuses", "attempt", "found"),
    [
        ([], 1, ""),
        (["InProgress"], 1, "InProgress"),
        (["Stopping"], 1, "Stopping"),
        (["Completed"], 1, "Completed"),
        (["Failed"], 2, ""),
        (["Stopped", "Failed"], 3, ""),
        (["Failed", "Completed"], 2, "Completed"),
    ],
)
def test_the_job_that_runs_or_ran_is_found_and_only_failures_are_tried_again(
    statuses: list[str], attempt: int, found: str
) -> None:
    job, state = attempt_of(PLAN, SageMaker(*statuses))
    assert (job, state.status if state else "") == (PLAN.job(attempt), found)


def test_a_refusal_is_not_taken_for_a_job_that_is_not_there() -> None:
    with pytest.raises(ClientError, match="AccessDenied"):
        describe_job(SageMaker(code="AccessDeniedException"), PLAN.job(1).name)


def test_a_job_that_has_not_ended_has_no_end() -> None:
    state = describe_job(SageMaker("InProgress"), PLAN.job(1).name)
    assert state == JobState(status="InProgress", started="2026-11-25T00:00:00+00:00")
