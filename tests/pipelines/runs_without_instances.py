"""A SageMaker whose training jobs get no instances: what its executions were started with, and how each ended."""

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from pipelines.retraining import STARTER
from tests.pipelines.test_capacity import REASON

PIPELINE = "arn:aws:sagemaker:eu-west-1:000000000001:pipeline/recommender-dev"
DEFINITION = json.dumps(
    {
        "Version": "2020-12-01",
        "Parameters": [
            {"Name": "TrainingInstanceType", "Type": "String", "DefaultValue": "ml.a.large"},
            {"Name": "FallbackInstanceTypes", "Type": "String", "DefaultValue": "ml.b.large"},
            {"Name": "LackingInstanceTypes", "Type": "String", "DefaultValue": "none"},
        ],
        "Steps": [
            {"Name": "Features", "Type": "Processing", "Arguments": {}},
            {"Name": "Train", "Type": "Training", "Arguments": {}},
            {
                "Name": "Decide",
                "Type": "Condition",
                "Arguments": {
                    "IfSteps": [{"Name": "Register", "Type": "RegisterModel", "Arguments": {}}],
                    "ElseSteps": [{"Name": "Reject", "Type": "Fail", "Arguments": {}}],
                },
            },
        ],
    }
)


@dataclass
class RunsWithoutInstances:
    """Every execution fails for lack of capacity, unless told otherwise; the same token starts one execution."""

    definition: str = DEFINITION
    started: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    status: dict[str, str] = field(default_factory=dict[str, str])
    blind: bool = False
    """Whether ListPipelineExecutions is behind, and shows nothing yet."""

    def begin(self, run: str = "run-1", description: str = "", by: str = STARTER) -> str:
        return self.start_pipeline_execution(
            PipelineName="recommender-dev",
            PipelineExecutionDisplayName=run,
            PipelineParameters=[{"Name": "Run", "Value": run}, {"Name": "StartedBy", "Value": by}],
            PipelineExecutionDescription=description,
            ClientRequestToken=f"by hand {run}",
        )["PipelineExecutionArn"]

    def start_pipeline_execution(self, **asked: Any) -> dict[str, str]:
        tokens = [each["ClientRequestToken"] for each in self.started]
        if asked["ClientRequestToken"] not in tokens:
            self.started.append(asked)
            tokens.append(asked["ClientRequestToken"])
        return {"PipelineExecutionArn": f"{PIPELINE}/execution/{tokens.index(asked['ClientRequestToken'])}"}

    def describe_pipeline(self, PipelineName: str) -> dict[str, Any]:
        return {"PipelineDefinition": self.definition}

    def describe_pipeline_definition_for_execution(self, PipelineExecutionArn: str) -> dict[str, Any]:
        return {"PipelineDefinition": DEFINITION}

    def describe_pipeline_execution(self, PipelineExecutionArn: str) -> dict[str, Any]:
        asked = self._asked(PipelineExecutionArn)
        return {
            "PipelineExecutionDisplayName": asked["PipelineExecutionDisplayName"],
            "PipelineExecutionStatus": self.status.get(PipelineExecutionArn, "Failed"),
            "PipelineExecutionDescription": asked.get("PipelineExecutionDescription", ""),
        }

    def get_paginator(self, operation: str) -> "_Pages":
        return _Pages(self, operation)

    def _asked(self, arn: str) -> dict[str, Any]:
        return self.started[int(arn.rpartition("/")[2])]

    def pages(self, operation: str, asked: dict[str, Any]) -> list[dict[str, Any]]:
        """Return the answer to a list operation as pages."""
        if operation == "list_pipeline_parameters_for_execution":
            return [{"PipelineParameters": self._asked(asked["PipelineExecutionArn"])["PipelineParameters"]}]
        if operation == "list_pipeline_execution_steps":
            failed = {"StepName": "Train", "StepStatus": "Failed", "FailureReason": REASON}
            return [{"PipelineExecutionSteps": [{"StepName": "Features", "StepStatus": "Succeeded"}, failed]}]
        start = datetime(2026, 3, 1, 12, tzinfo=UTC)
        listed = [
            {
                "PipelineExecutionArn": f"{PIPELINE}/execution/{at}",
                "PipelineExecutionDisplayName": each["PipelineExecutionDisplayName"],
                "PipelineExecutionStatus": "Failed",
                "StartTime": start + timedelta(minutes=at),
            }
            for at, each in enumerate(self.started)
        ]
        return [{"PipelineExecutionSummaries": [] if self.blind else listed[::-1]}]


@dataclass(frozen=True)
class _Pages:
    sagemaker: RunsWithoutInstances
    operation: str

    def paginate(self, **asked: Any) -> list[dict[str, Any]]:
        return self.sagemaker.pages(self.operation, asked)
