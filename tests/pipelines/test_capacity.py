"""Which instance type a run goes on with, if any."""

from typing import Any

import pytest

from pipelines.capacity import Fallback, fallback, lacking, lacks_capacity, read, written
from pipelines.execution import Progress, StepProgress

REASON = (
    "CapacityError: Unable to provision requested ML compute capacity. Please retry using a different ML instance type."
)
GIVEN = {
    "TrainingInstanceType": "ml.a.large",
    "FallbackInstanceTypes": "ml.b.large,ml.c.large",
    "LackingInstanceTypes": "none",
}


def ended(reason: str = REASON, step: str = "Train", status: str = "Failed") -> Progress:
    nothing: dict[str, Any] = {"started": None, "ended": None, "resource_arn": "", "log": None}
    failed = StepProgress(name=step, status="Failed", failure=reason, **nothing)
    return Progress(execution_arn="arn", display_name="run", status=status, failure="", steps=(failed,))


def test_each_type_of_the_list_is_tried_once_in_its_order() -> None:
    tried, given = list[str](), dict(GIVEN)
    while step := fallback(ended(), given):
        tried.append(step.instance_type)
        given |= step.parameters
    assert tried == ["ml.b.large", "ml.c.large"]
    assert lacking(ended(), given) == ("ml.a.large", "ml.b.large", "ml.c.large")


def test_the_parameters_of_the_next_execution_tell_what_was_lacking() -> None:
    assert fallback(ended(), GIVEN) == Fallback(instance_type="ml.b.large", lacking=("ml.a.large",))
    assert Fallback(instance_type="x", lacking=("a", "b")).parameters == {
        "TrainingInstanceType": "x",
        "LackingInstanceTypes": "a,b",
    }


@pytest.mark.parametrize(
    "reason",
    [
        "AlgorithmError: CapacityError: no room, exit code: 1",
        "InternalServerError: We encountered an internal error.",
        "ClientError: An error occurred (ResourceLimitExceeded) when calling CreateTrainingJob",
        "ResourceLimitExceeded: The account-level service limit 'ml.a.large for training job usage' is 0 Instances",
        "",
    ],
)
def test_what_is_no_lack_of_capacity_ends_the_run(reason: str) -> None:
    assert not lacks_capacity(ended(reason))
    assert fallback(ended(reason), GIVEN) is None
    assert lacking(ended(reason), GIVEN) == ()


def test_only_the_training_step_of_a_run_that_failed_counts() -> None:
    assert lacks_capacity(ended("InsufficientCapacityError: none left"))
    assert not lacks_capacity(ended(step="Features"))
    assert not lacks_capacity(ended(status="Executing"))


def test_without_a_list_or_with_a_definition_that_knows_no_types_a_run_ends() -> None:
    assert fallback(ended(), GIVEN | {"FallbackInstanceTypes": "none"}) is None
    assert fallback(ended(), {}) is None
    assert lacking(ended(), {}) == ()


def test_no_types_are_a_value_and_no_empty_text() -> None:
    assert (written([]), read("none")) == ("none", ())
    assert read(written(["a", "b"])) == ("a", "b")
