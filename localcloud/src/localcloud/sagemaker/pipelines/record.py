"""One execution as it is kept: every change is durable, and told to EventBridge, when it is made."""

import threading
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from localcloud.cloud import Cloud
from localcloud.errors import NotFoundError
from localcloud.sagemaker.pipelines.definition import Definition, Step
from localcloud.sagemaker.pipelines.planner import StepState
from localcloud.sagemaker.pipelines.validation import parse_definition
from localcloud.scope import Scope
from localcloud.store import Document

EXECUTION = "PipelineExecution"
_EXECUTION_EVENT = "SageMaker Model Building Pipeline Execution Status Change"
_STEP_EVENT = "SageMaker Model Building Pipeline Execution Step Status Change"
# An execution's steps end on threads of their own, and a stop request on another; changes must not be lost.
_changing = threading.RLock()


@dataclass(frozen=True)
class Record:
    """The execution `id` (the last part of its ARN)."""

    cloud: Cloud
    scope: Scope
    id: str

    @property
    def document(self) -> Document:
        """The execution's document.

        Raises:
            NotFoundError: there is no such execution.
        """
        found = self.cloud.store.get(self.scope, EXECUTION, self.id)
        if found is None:
            raise NotFoundError(f"Pipeline execution {self.id} does not exist.", code="ResourceNotFound")
        return found

    @property
    def definition(self) -> Definition:
        """The definition that the execution was started with."""
        return parse_definition(self.document["_Definition"])

    @property
    def steps(self) -> dict[str, Document]:
        """The steps that have started, by name."""
        return self.document["_Steps"]

    @property
    def states(self) -> dict[str, StepState]:
        """The steps' states, as the planner wants them."""
        return {name: StepState(step["StepStatus"], step.get("_Outcome")) for name, step in self.steps.items()}

    def set_status(self, status: str, reason: str | None = None, *, only_from: tuple[str, ...] = ()) -> bool:
        """Move the execution to `status`; with `only_from`, only from one of those. Return whether it moved."""
        with _changing:
            document = self.document
            before = document["PipelineExecutionStatus"]
            if only_from and before not in only_from:
                return False
            now = self.cloud.clock.now()
            changes: Document = {"PipelineExecutionStatus": status, "LastModifiedTime": now}
            if reason:
                changes["FailureReason"] = reason
            document = self.cloud.store.update(self.scope, EXECUTION, self.id, **changes)
        self._tell_execution(document, before)
        return True

    def change(self, **changes: Any) -> None:
        """Set keys that say nothing about the progress."""
        with _changing:
            self.cloud.store.update(self.scope, EXECUTION, self.id, LastModifiedTime=self.cloud.clock.now(), **changes)

    def change_step(self, step: Step, **changes: Any) -> None:
        """Set keys of a step, which starts to exist with its first change."""
        with _changing:
            steps = self.steps
            before: Document = steps.get(step.name, {})
            after = {**_new(step), **before, **changes}
            steps[step.name] = after
            now = self.cloud.clock.now()
            document = self.cloud.store.update(self.scope, EXECUTION, self.id, _Steps=steps, LastModifiedTime=now)
        if before.get("StepStatus") != after.get("StepStatus"):
            self._tell_step(document, step, after, before.get("StepStatus"))

    def drop_steps(self, names: set[str]) -> None:
        """Forget that these steps were started, so that they start again."""
        with _changing:
            kept = {name: step for name, step in self.steps.items() if name not in names}
            self.cloud.store.update(self.scope, EXECUTION, self.id, _Steps=kept)

    def _tell_execution(self, document: Document, before: str) -> None:
        detail: Document = {
            "pipelineExecutionDisplayName": document.get("PipelineExecutionDisplayName", ""),
            "pipelineExecutionDescription": document.get("PipelineExecutionDescription", ""),
            "currentPipelineExecutionStatus": document["PipelineExecutionStatus"],
            "previousPipelineExecutionStatus": before,
            "executionStartTime": _shown(document["CreationTime"]),
        }
        if document["PipelineExecutionStatus"] not in ("Executing", "Stopping"):
            detail["executionEndTime"] = _shown(document["LastModifiedTime"])
        self._emit(_EXECUTION_EVENT, document, detail)

    def _tell_step(self, document: Document, step: Step, after: Mapping[str, Any], before: str | None) -> None:
        metadata = {key[0].lower() + key[1:]: _lower(value) for key, value in after.get("Metadata", {}).items()}
        detail: Document = {
            "metadata": metadata,
            "stepName": step.name,
            "stepType": step.type,
            "stepStartTime": _shown(after["StartTime"]),
            "currentStepStatus": after["StepStatus"],
        }
        if "EndTime" in after:
            detail["stepEndTime"] = _shown(after["EndTime"])
        if before:
            detail["previousStepStatus"] = before
        if "FailureReason" in after:
            detail["failureReason"] = after["FailureReason"]
        self._emit(_STEP_EVENT, document, detail)

    def _emit(self, detail_type: str, document: Document, detail: Document) -> None:
        arns = {"pipelineArn": document["PipelineArn"], "pipelineExecutionArn": document["PipelineExecutionArn"]}
        self.cloud.bus.emit(
            self.scope,
            source="aws.sagemaker",
            detail_type=detail_type,
            detail={**detail, **arns},
            resources=list(arns.values()),
        )


def _new(step: Step) -> Document:
    described = {"StepDisplayName": step.display_name, "StepDescription": step.description}
    return {"StepName": step.name, **{key: value for key, value in described.items() if value}}


def _lower(value: Mapping[str, Any]) -> Document:
    return {key[0].lower() + key[1:]: item for key, item in value.items()}


def _shown(moment: Any) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
