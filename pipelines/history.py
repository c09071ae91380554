"""The executions of a pipeline, the newest first."""

from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any


@dataclass(frozen=True, kw_only=True)
class PastRun:
    """One execution in short."""

    run: str
    execution_arn: str
    status: str
    started: datetime
    failure: str


def past_runs(pipeline: str, limit: int, sagemaker: Any) -> list[PastRun]:
    """Return the newest `limit` executions of a pipeline that exists."""
    pages = sagemaker.get_paginator("list_pipeline_executions").paginate(
        PipelineName=pipeline, SortBy="CreationTime", SortOrder="Descending"
    )
    summaries = (one for page in pages for one in page["PipelineExecutionSummaries"])
    return [
        PastRun(
            run=one.get("PipelineExecutionDisplayName", ""),
            execution_arn=one["PipelineExecutionArn"],
            status=one["PipelineExecutionStatus"],
            started=one["StartTime"],
            failure=one.get("PipelineExecutionFailureReason", ""),
        )
        for one in islice(summaries, limit)
    ]
