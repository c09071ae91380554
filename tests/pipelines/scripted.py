"""A SageMaker client that answers from a script: one list of steps for each time an execution is looked at."""

import io
import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

ARN = "arn:aws:sagemaker:eu-west-1:000000000001:pipeline/recommender-dev/execution/abc123def456"
PACKAGE = "arn:aws:sagemaker:eu-west-1:000000000001:model-package/recommender-dev/1"
START = datetime(2026, 3, 1, 12, tzinfo=UTC)


def step(name: str, status: str, *, at: int = 0, took: int | None = None, reason: str = "", **metadata: Any):
    """Return one step as ListPipelineExecutionSteps does; `at` and `took` in seconds."""
    shown: dict[str, Any] = {"StepName": name, "StepStatus": status, "Metadata": metadata}
    if status != "Starting":
        shown["StartTime"] = START + timedelta(seconds=at)
    if took is not None:
        shown["EndTime"] = START + timedelta(seconds=at + took)
    if reason:
        shown["FailureReason"] = reason
    return shown


def processing(name: str) -> dict[str, Any]:
    """Return the metadata of a processing step."""
    return {"ProcessingJob": {"Arn": f"arn:aws:sagemaker:eu-west-1:000000000001:processing-job/pipelines-{name}"}}


def registered() -> list[dict[str, Any]]:
    return [
        step("Ingest", "Succeeded", at=0, took=5, **processing("ingest")),
        step("Gate", "Succeeded", at=10, took=2, **processing("gate")),
        step("Register", "Succeeded", at=13, took=1, RegisterModel={"Arn": PACKAGE}),
    ]


def rejected() -> list[dict[str, Any]]:
    return [
        step("Gate", "Succeeded", at=10, took=2, **processing("gate")),
        step("Reject", "Failed", at=13, took=0, reason="Rejected: not better.", Fail={"ErrorMessage": "Rejected"}),
    ]


@dataclass
class ScriptedSageMaker:
    """Answers with the next state of the script, and with the last one from then on."""

    script: list[tuple[str, list[dict[str, Any]]]]
    looked: int = -1

    def describe_pipeline_execution(self, PipelineExecutionArn: str) -> dict[str, Any]:
        self.looked = min(self.looked + 1, len(self.script) - 1)
        status = self.script[self.looked][0]
        return {"PipelineExecutionDisplayName": "run-1", "PipelineExecutionStatus": status}

    def get_paginator(self, operation: str) -> "ScriptedSageMaker":
        assert operation == "list_pipeline_execution_steps"
        return self

    def paginate(self, **_: Any) -> list[dict[str, Any]]:
        steps = self.script[self.looked][1]
        return [{"PipelineExecutionSteps": steps[:1]}, {"PipelineExecutionSteps": steps[1:]}]

    def describe_processing_job(self, ProcessingJobName: str) -> dict[str, Any]:
        uri = f"s3://artifacts/recommender/runs/run-1/{ProcessingJobName}"
        return {"ProcessingOutputConfig": {"Outputs": [{"S3Output": {"S3Uri": uri}}]}}

    def describe_model_package(self, ModelPackageName: str) -> dict[str, Any]:
        return {
            "ModelPackageVersion": 1,
            "ModelPackageArn": ModelPackageName,
            "CreationTime": START,
            "ModelApprovalStatus": "PendingManualApproval",
            "CustomerMetadataProperties": {"map_at_10": "0.31", "data_hash": "abc"},
        }


@dataclass(frozen=True)
class OneObject:
    """An S3 client that holds gate.json."""

    gate: dict[str, Any]

    def get_object(self, Bucket: str, Key: str) -> dict[str, Any]:
        assert (Bucket, Key) == ("artifacts", "recommender/runs/run-1/pipelines-gate/gate.json")
        return {"Body": io.BytesIO(json.dumps(self.gate).encode())}
