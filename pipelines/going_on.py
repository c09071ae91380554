"""A run that AWS had no instances for goes on with the next instance type, once, whoever asks and however often.

The steps that had succeeded are taken over: the new execution of the same run selects the others (SageMaker AI guide,
"Selective execution of pipeline steps"). RetryPipelineExecution takes no parameters, and a cached step would hand on
another run's files.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pipelines.capacity import Fallback, fallback, lacks_capacity
from pipelines.deployment import current
from pipelines.errors import RunRefused
from pipelines.execution import Progress, all_parameters
from pipelines.history import past_runs
from pipelines.parameters import STARTED_BY
from pipelines.run_record import canonical

_LOOKED_AT = 100
"""Newest executions among which one of the same run is looked for."""


@dataclass(frozen=True, kw_only=True)
class WentOn:
    """How a run went on."""

    execution_arn: str
    said: str
    """One sentence for people."""


def go_on(ended: Progress, sagemaker: Any, *, started_by: str = "") -> WentOn | None:
    """Have a run that lacked capacity go on with its next instance type; None where it ended for good.

    A run that goes on already is found and not started again; two that ask at the same moment send the same token
    (API reference, StartPipelineExecution, ClientRequestToken).

    Args:
        ended: the execution that ended.
        sagemaker: a client.
        started_by: leave alone what others started, who see to it themselves; empty takes any run.

    Raises:
        RunRefused: the pipeline was deployed anew since the run was started.
    """
    given = all_parameters(ended.execution_arn, sagemaker) if lacks_capacity(ended) else {}
    step = fallback(ended, given)
    if step is None or started_by not in ("", given.get(STARTED_BY)):
        return None
    said = f"No capacity for {', '.join(step.lacking)}: run {ended.display_name} goes on with {step.instance_type}"
    later = _later(ended, sagemaker)
    return WentOn(execution_arn=later or _start(ended, {**given, **step.parameters}, step, sagemaker), said=said)


def unfinished(definition: str, progress: Progress) -> list[str]:
    """Return the names of all steps of a definition that have not succeeded, those in branches too. Pure."""
    done = {step.name for step in progress.steps if step.status == "Succeeded"}
    return [name for name in _names(json.loads(definition)["Steps"]) if name not in done]


def _names(steps: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    for step in steps:
        yield step["Name"]
        for branch in ("IfSteps", "ElseSteps"):
            yield from _names(step["Arguments"].get(branch, ()))


def _later(ended: Progress, sagemaker: Any) -> str:
    """Return the newest execution of the same run that was started after this one."""
    runs = past_runs(_pipeline(ended), _LOOKED_AT, sagemaker)
    newer = [each for each in runs if each.run == ended.display_name]
    return newer[0].execution_arn if newer and newer[0].execution_arn != ended.execution_arn else ""


def _start(ended: Progress, parameters: Mapping[str, str], step: Fallback, sagemaker: Any) -> str:
    asked = {"PipelineExecutionArn": ended.execution_arn}
    definition = sagemaker.describe_pipeline_definition_for_execution(**asked)["PipelineDefinition"]
    _refuse_another_definition(ended, definition, sagemaker)
    description = sagemaker.describe_pipeline_execution(**asked).get("PipelineExecutionDescription", "")
    token = f"{_pipeline(ended)}/{ended.display_name}/{step.instance_type}"
    return sagemaker.start_pipeline_execution(
        PipelineName=_pipeline(ended),
        PipelineExecutionDisplayName=ended.display_name,
        PipelineParameters=[{"Name": name, "Value": value} for name, value in parameters.items()],
        ClientRequestToken=hashlib.sha256(token.encode()).hexdigest(),
        SelectiveExecutionConfig={
            "SourcePipelineExecutionArn": ended.execution_arn,
            "SelectedSteps": [{"StepName": name} for name in unfinished(definition, ended)],
        },
        **({"PipelineExecutionDescription": description} if description else {}),
    )["PipelineExecutionArn"]


def _refuse_another_definition(ended: Progress, definition: str, sagemaker: Any) -> None:
    now = current(_pipeline(ended), sagemaker)
    if now is None or canonical(now["PipelineDefinition"]) != canonical(definition):
        raise RunRefused(
            f"The pipeline {_pipeline(ended)} was deployed anew since run {ended.display_name} was started, so it "
            "cannot go on with another instance type",
            where=ended.execution_arn,
            cure="Start a new run with `trainyard pipeline run`",
        )


def _pipeline(ended: Progress) -> str:
    return ended.execution_arn.split("/")[1]
