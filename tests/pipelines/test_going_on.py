"""How a run that AWS had no instances for goes on: once for each type, whoever asks."""

import json

import pytest

from pipelines.errors import RunRefused
from pipelines.execution import observe
from pipelines.going_on import WentOn, go_on, unfinished
from pipelines.retraining import STARTER
from tests.pipelines.runs_without_instances import DEFINITION, RunsWithoutInstances


@pytest.fixture
def sagemaker() -> RunsWithoutInstances:
    return RunsWithoutInstances()


def on(arn: str, sagemaker: RunsWithoutInstances) -> WentOn | None:
    return go_on(observe(arn, sagemaker), sagemaker)


def test_the_same_run_goes_on_with_the_next_type_and_what_had_succeeded_is_taken_over(
    sagemaker: RunsWithoutInstances,
) -> None:
    first = sagemaker.begin(description="why")
    went_on = on(first, sagemaker)
    assert went_on is not None
    assert went_on.said == "No capacity for ml.a.large: run run-1 goes on with ml.b.large"
    asked = sagemaker.started[1]
    assert {one["Name"]: one["Value"] for one in asked["PipelineParameters"]} == {
        "Run": "run-1",
        "StartedBy": STARTER,
        "TrainingInstanceType": "ml.b.large",
        "FallbackInstanceTypes": "ml.b.large",
        "LackingInstanceTypes": "ml.a.large",
    }
    assert (asked["PipelineExecutionDisplayName"], asked["PipelineExecutionDescription"]) == ("run-1", "why")
    assert asked["SelectiveExecutionConfig"] == {
        "SourcePipelineExecutionArn": first,
        "SelectedSteps": [{"StepName": name} for name in ("Train", "Decide", "Register", "Reject")],
    }


def test_the_last_type_ends_the_run(sagemaker: RunsWithoutInstances) -> None:
    second = on(sagemaker.begin(), sagemaker)
    assert second is not None
    assert on(second.execution_arn, sagemaker) is None
    assert len(sagemaker.started) == 2


@pytest.mark.parametrize("blind", [False, True])
def test_whoever_asks_again_is_shown_the_one_execution(sagemaker: RunsWithoutInstances, blind: bool) -> None:
    first = sagemaker.begin()
    sagemaker.blind = blind  # two that ask at the same moment see no execution of each other's
    assert on(first, sagemaker) == on(first, sagemaker)
    assert len(sagemaker.started) == 2
    assert {len(each["ClientRequestToken"]) for each in sagemaker.started[1:]} == {64}


def test_whoever_asks_late_is_shown_the_newest_and_nothing_is_started(sagemaker: RunsWithoutInstances) -> None:
    first = sagemaker.begin()
    second = on(first, sagemaker)
    assert second is not None
    assert on(second.execution_arn, sagemaker) is None
    assert on(first, sagemaker) == second
    assert len(sagemaker.started) == 2


def test_another_run_is_not_mistaken_for_a_later_execution_of_this_one(sagemaker: RunsWithoutInstances) -> None:
    first = sagemaker.begin()
    other = sagemaker.begin("run-2")
    went_on = on(first, sagemaker)
    assert went_on is not None
    assert went_on.execution_arn not in (first, other)


def test_a_run_that_still_executes_is_left_alone(sagemaker: RunsWithoutInstances) -> None:
    first = sagemaker.begin()
    sagemaker.status[first] = "Executing"
    assert on(first, sagemaker) is None


def test_a_pipeline_that_was_deployed_anew_is_not_run_in_the_name_of_the_old_one(
    sagemaker: RunsWithoutInstances,
) -> None:
    first = sagemaker.begin()
    sagemaker.definition = json.dumps(json.loads(DEFINITION) | {"Metadata": {}})
    with pytest.raises(RunRefused, match="was deployed anew since run run-1 was started"):
        on(first, sagemaker)
    assert len(sagemaker.started) == 1


def test_steps_in_branches_are_unfinished_until_they_have_succeeded(sagemaker: RunsWithoutInstances) -> None:
    progress = observe(sagemaker.begin(), sagemaker)
    assert unfinished(DEFINITION, progress) == ["Train", "Decide", "Register", "Reject"]
