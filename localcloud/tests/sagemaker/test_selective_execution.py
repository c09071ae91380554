"""Some steps of a pipeline again, with another value of a parameter, on what an earlier execution left."""

from typing import Any

import pytest
from botocore.exceptions import ClientError

from .conftest import Jobs
from .test_pipeline_runs import _DECIDE, _GATE, _TRAIN, _create, _finish, _process, _start, _steps

_TYPED: dict[str, Any] = {"InstanceCount": 1, "InstanceType": {"Get": "Parameters.Folder"}, "VolumeSizeInGB": 1}
_PREPARE = _process("Prepare", "none")
_MODEL = {**_TRAIN, "DependsOn": ["Prepare"], "Arguments": {**_TRAIN["Arguments"], "ResourceConfig": _TYPED}}
_REST = ("Train", "Gate", "Decide", "Register", "Reject")


def _select(jobs: Jobs, *steps: str, source: str = "", **parameters: str) -> str:
    config: dict[str, Any] = {"SelectedSteps": [{"StepName": step} for step in steps]}
    if source:
        config["SourcePipelineExecutionArn"] = source
    return jobs.sagemaker.start_pipeline_execution(
        PipelineName="shop",
        PipelineParameters=[{"Name": name, "Value": value} for name, value in parameters.items()],
        SelectiveExecutionConfig=config,
    )["PipelineExecutionArn"]


def _failed(jobs: Jobs) -> str:
    """Return an execution whose training job was given no instance type that there is."""
    _create(jobs, _PREPARE, _MODEL, _GATE, _DECIDE)
    arn = _start(jobs, Folder="nothing")
    assert _finish(jobs, arn)["PipelineExecutionStatus"] == "Failed"
    return arn


def test_what_had_succeeded_is_taken_over_and_the_rest_runs_with_another_value(jobs: Jobs) -> None:
    first = _failed(jobs)
    again = _select(jobs, *_REST, source=first, Folder="ml.m5.large")
    described = _finish(jobs, again)
    steps = _steps(jobs, again)
    assert described["PipelineExecutionStatus"] == "Succeeded", steps
    assert described["SelectiveExecutionConfig"]["SourcePipelineExecutionArn"] == first
    assert list(steps) == ["Prepare", "Train", "Gate", "Decide", "Register"]
    assert steps["Prepare"]["SelectiveExecutionResult"] == {"SourcePipelineExecutionArn": first}
    assert steps["Prepare"]["Metadata"] == _steps(jobs, first)["Prepare"]["Metadata"]
    assert len(jobs.sagemaker.list_processing_jobs(NameContains="Prepare")["ProcessingJobSummaries"]) == 1
    assert "SelectiveExecutionResult" not in steps["Train"]


def test_what_comes_after_the_selected_steps_does_not_run(jobs: Jobs) -> None:
    again = _select(jobs, "Train", source=_failed(jobs), Folder="ml.m5.large")
    assert _finish(jobs, again)["PipelineExecutionStatus"] == "Succeeded"
    assert list(_steps(jobs, again)) == ["Prepare", "Train"]


def test_a_selection_that_cannot_run_is_refused(jobs: Jobs) -> None:
    first = _failed(jobs)
    with pytest.raises(ClientError, match="no step Other"):
        _select(jobs, "Other", source=first)
    with pytest.raises(ClientError, match="Gate lies between steps that are selected"):
        _select(jobs, "Train", "Decide", source=first)
    with pytest.raises(ClientError, match=r"Arn: null. The selected steps \[Train\] have dependencies on \[Prepare\]"):
        _select(jobs, "Train")
    with pytest.raises(ClientError, match="step Train did not succeed in"):
        _select(jobs, "Gate", source=first)
    with pytest.raises(ClientError, match="is no execution of shop"):
        _select(jobs, "Train", source=f"{first[:-12]}zzzzzzzzzzzz")
    jobs.sagemaker.stop_pipeline_execution(PipelineExecutionArn=(stopped := _start(jobs, Folder="ml.m5.large")))
    _finish(jobs, stopped)
    with pytest.raises(ClientError, match="is Stopped; one must be Failed or Succeeded"):
        _select(jobs, "Train", source=stopped)
