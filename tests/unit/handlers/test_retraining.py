"""How the end of a run is told, or the run goes on."""

from types import SimpleNamespace
from typing import Any

import pytest

from pipelines.execution import Progress, StepProgress
from pipelines.launch import Clients
from pipelines.outcome import Outcome
from pipelines.retraining import DESCRIPTION
from stacks.outputs import NewData, Retraining, Schedule
from tests.pipelines import contract
from tests.pipelines.runs_without_instances import PIPELINE, RunsWithoutInstances
from trainyard.handlers import retraining
from trainyard.handlers.retraining import ending, handler

ENDED = Progress(execution_arn="arn", display_name="run", status="Stopped", failure="", steps=())
BROKEN = StepProgress(
    name="Train", status="Failed", started=None, ended=None, failure="out of memory", resource_arn="", log=None
)
GATE = {"reason": "MAP@10 of 0.2 is 1.02 x the champion's"}


@pytest.mark.parametrize(
    ("ended", "told"),
    [
        (
            Outcome(progress=ENDED, model_package_arn="arn:model-package/shop-dev/7", gate=GATE),
            ("registered", "Version 7 is registered. MAP@10 of 0.2 is 1.02 x the champion's"),
        ),
        (Outcome(progress=ENDED, rejected=True, gate=GATE), ("rejected", GATE["reason"])),
        (Outcome(progress=ENDED, rejected=True), ("rejected", "The gate did not let it pass")),
        (Outcome(progress=ENDED, failed=BROKEN), ("failed", "Step Train failed: out of memory")),
        (
            Outcome(progress=ENDED, failed=BROKEN, lacking=("ml.a.large", "ml.b.large")),
            ("failed", "Step Train failed: out of memory There was no capacity for ml.a.large, ml.b.large"),
        ),
        (Outcome(progress=ENDED), ("stopped", "No step failed")),
    ],
)
def test_each_end_of_a_run_is_told_in_a_word_and_a_sentence(ended: Outcome, told: tuple[str, str]) -> None:
    assert ending(ended) == told


@pytest.fixture
def sagemaker(monkeypatch: pytest.MonkeyPatch) -> RunsWithoutInstances:
    """A world in which training jobs get no instances, and of which the function hears on a schedule's service."""
    made = RunsWithoutInstances()
    asks = Retraining(schedule=Schedule(enabled=True, expression="rate(1 day)"), new_data=NewData(enabled=False))
    service = contract.service().model_copy(update={"retraining": asks})
    world = SimpleNamespace(platform=contract.platform(), service=lambda name: service)
    monkeypatch.setattr(retraining.place, "environment", lambda: world)
    monkeypatch.setattr(
        retraining, "_connect", lambda region: Clients(sagemaker=made, s3=None, ecr=None, dynamodb=None)
    )
    return made


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    monkeypatch.setattr(retraining, "_tell", lambda platform, service, run, *what: found.append(what))
    return found


def hear(execution: str, description: str = DESCRIPTION) -> str:
    detail = {
        "pipelineArn": PIPELINE,
        "pipelineExecutionArn": execution,
        "pipelineExecutionDescription": description,
        "currentPipelineExecutionStatus": "Failed",
    }
    event: dict[str, Any] = {"detail-type": "SageMaker Model Building Pipeline Execution Status Change"}
    return handler({**event, "detail": detail}, None)["said"]


def test_a_run_without_instances_goes_on_once_however_often_its_end_is_heard_of_and_only_the_last_is_told(
    sagemaker: RunsWithoutInstances, told: list[tuple[str, str]]
) -> None:
    first = sagemaker.begin(description=DESCRIPTION)
    assert hear(first) == hear(first) == "No capacity for ml.a.large: run run-1 goes on with ml.b.large"
    assert (len(sagemaker.started), told) == (2, [])
    assert sagemaker.started[1]["PipelineExecutionDescription"] == DESCRIPTION
    hear(f"{PIPELINE}/execution/1")
    ((word, sentence),) = told
    assert word == "failed"
    assert sentence.endswith("There was no capacity for ml.a.large, ml.b.large")
    assert hear(first).startswith("No capacity")  # late: the run has ended meanwhile
    assert (len(sagemaker.started), len(told)) == (2, 1)


def test_two_invocations_at_the_same_moment_start_one_execution(
    sagemaker: RunsWithoutInstances, told: list[tuple[str, str]]
) -> None:
    first = sagemaker.begin(description=DESCRIPTION)
    sagemaker.blind = True
    hear(first)
    hear(first)
    assert (len(sagemaker.started), told) == (2, [])


def test_a_persons_run_is_left_to_the_person(sagemaker: RunsWithoutInstances, told: list[tuple[str, str]]) -> None:
    assert hear(sagemaker.begin(), "") == "new orders wait for their schedule"
    assert (len(sagemaker.started), told) == (1, [])


def test_what_an_airflow_dag_asked_for_is_left_to_the_dag(
    sagemaker: RunsWithoutInstances, told: list[tuple[str, str]]
) -> None:
    hear(sagemaker.begin(description=DESCRIPTION, by="airflow scheduled__2026-03-01"))
    assert [word for word, _ in told] == ["failed"]
    assert len(sagemaker.started) == 1


def test_a_run_whose_pipeline_was_deployed_anew_is_told_as_failed(
    sagemaker: RunsWithoutInstances, told: list[tuple[str, str]]
) -> None:
    first = sagemaker.begin(description=DESCRIPTION)
    sagemaker.definition = "{}"
    hear(first)
    assert [word for word, _ in told] == ["failed"]
    assert len(sagemaker.started) == 1
