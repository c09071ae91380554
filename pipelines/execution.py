"""A pipeline execution as it stands: its steps, what failed and why, and where the log of that is."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from botocore.exceptions import ClientError

from pipelines.errors import RunRefused

_TERMINAL = frozenset({"Succeeded", "Failed", "Stopped"})
_LOG_GROUPS = {"ProcessingJob": "/aws/sagemaker/ProcessingJobs", "TrainingJob": "/aws/sagemaker/TrainingJobs"}


@dataclass(frozen=True, kw_only=True)
class Log:
    """Where CloudWatch keeps what a job printed."""

    group: str
    stream_prefix: str


@dataclass(frozen=True, kw_only=True)
class StepProgress:
    """One step of an execution."""

    name: str
    status: str
    started: datetime | None
    ended: datetime | None
    failure: str
    resource_arn: str
    """ARN of the job or model package that the step made; empty for the others and until it has one."""
    log: Log | None


@dataclass(frozen=True, kw_only=True)
class Progress:
    """One execution."""

    execution_arn: str
    display_name: str
    status: str
    failure: str
    steps: tuple[StepProgress, ...]

    @property
    def ended(self) -> bool:
        """Whether nothing will change any more."""
        return self.status in _TERMINAL

    def step(self, name: str) -> StepProgress | None:
        """Return the step of that name, None if it has not started."""
        return next((step for step in self.steps if step.name == name), None)


def observe(execution_arn: str, sagemaker: Any) -> Progress:
    """Return an execution as it is now, its steps in the order they started.

    Raises:
        RunRefused: there is no such execution.
    """
    try:
        whole = sagemaker.describe_pipeline_execution(PipelineExecutionArn=execution_arn)
        pages = sagemaker.get_paginator("list_pipeline_execution_steps").paginate(
            PipelineExecutionArn=execution_arn, SortOrder="Ascending"
        )
        steps = [_step(step) for page in pages for step in page["PipelineExecutionSteps"]]
    except ClientError as error:
        if error.response["Error"]["Code"] not in ("ResourceNotFound", "ValidationException"):
            raise
        raise RunRefused(
            f"There is no pipeline execution {execution_arn!r}",
            where="SageMaker",
            cure="`trainyard pipeline list SERVICE` shows those there are",
        ) from error
    return Progress(
        execution_arn=execution_arn,
        display_name=whole.get("PipelineExecutionDisplayName", ""),
        status=whole["PipelineExecutionStatus"],
        failure=whole.get("FailureReason", ""),
        steps=tuple(sorted(steps, key=lambda step: (step.started is None, step.started))),
    )


def watch(execution_arn: str, sagemaker: Any, pause: Callable[[], None]) -> Iterator[Progress]:
    """Yield an execution again and again until it has ended, calling `pause` in between."""
    while True:
        progress = observe(execution_arn, sagemaker)
        yield progress
        if progress.ended:
            return
        pause()


def all_parameters(execution_arn: str, sagemaker: Any) -> dict[str, str]:
    """Return every parameter of an execution with its value, those too that only its definition gives one."""
    asked = {"PipelineExecutionArn": execution_arn}
    definition = json.loads(sagemaker.describe_pipeline_definition_for_execution(**asked)["PipelineDefinition"])
    defaults = {one["Name"]: one.get("DefaultValue") for one in definition.get("Parameters", [])}
    pages = sagemaker.get_paginator("list_pipeline_parameters_for_execution").paginate(**asked)
    given = {one["Name"]: one["Value"] for page in pages for one in page["PipelineParameters"]}
    return {**{name: str(value) for name, value in defaults.items() if value is not None}, **given}


def _step(step: dict[str, Any]) -> StepProgress:
    made = next(
        ((kind, value["Arn"]) for kind, value in step.get("Metadata", {}).items() if "Arn" in (value or {})), ("", "")
    )
    kind, arn = made
    group = _LOG_GROUPS.get(kind)
    return StepProgress(
        name=step["StepName"],
        status=step["StepStatus"],
        started=step.get("StartTime"),
        ended=step.get("EndTime"),
        failure=step.get("FailureReason", ""),
        resource_arn=arn,
        log=Log(group=group, stream_prefix=f"{arn.rpartition('/')[2]}/") if group else None,
    )
