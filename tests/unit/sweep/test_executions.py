from typing import Any

import pytest

from trainyard.errors import TrainyardError
from trainyard.sweep import stop_all
from trainyard.sweep.executions import stop_job


class SageMaker:
    """Executions by name with the states that they show, one look after the other; the last one stays."""

    def __init__(self, **states: list[str]) -> None:
        self.states = states
        self.stopped: list[str] = []

    def get_paginator(self, operation: str) -> "SageMaker":
        assert operation == "list_pipeline_executions"
        return self

    def paginate(self, PipelineName: str) -> list[dict[str, Any]]:
        rows = [
            {"PipelineExecutionArn": name, "PipelineExecutionStatus": found[0]} for name, found in self.states.items()
        ]
        return [{"PipelineExecutionSummaries": rows}]

    def stop_pipeline_execution(self, PipelineExecutionArn: str, ClientRequestToken: str) -> None:
        self.stopped.append(PipelineExecutionArn)

    def describe_pipeline_execution(self, PipelineExecutionArn: str) -> dict[str, str]:
        states = self.states[PipelineExecutionArn]
        return {"PipelineExecutionStatus": states.pop(0) if len(states) > 1 else states[0]}


def test_only_what_runs_is_stopped_and_its_end_is_awaited():
    sagemaker = SageMaker(a=["Executing", "Stopping", "Stopped"], b=["Succeeded"], c=["Stopping", "Stopped"])
    waits: list[None] = []
    assert stop_all(sagemaker, "shop-dev", lambda: waits.append(None)) == ["a", "c"]
    assert sagemaker.stopped == ["a"]
    assert len(waits) == 3


def test_an_execution_that_does_not_end_is_named():
    with pytest.raises(TrainyardError, match=r"does not stop.*Where: a\."):
        stop_all(SageMaker(a=["Executing"]), "shop-dev", lambda: None)


def test_a_running_batch_is_stopped_once_and_its_end_is_awaited():
    states, stopped, waits = ["InProgress", "Stopping", "Stopped"], list[str](), list[None]()

    class Transforming:
        def describe_transform_job(self, TransformJobName: str) -> dict[str, str]:
            return {"TransformJobStatus": states.pop(0)}

        def stop_transform_job(self, TransformJobName: str) -> None:
            stopped.append(TransformJobName)

    stop_job(Transforming(), "TransformJob/ours", lambda: waits.append(None))
    assert (stopped, len(waits)) == (["ours"], 2)
