"""What became of earlier runs: the executions of a pipeline, the newest first, and the gate's decision on one."""

from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any

from botocore.exceptions import ClientError

from pipelines.run_layout import RunLayout


@dataclass(frozen=True, kw_only=True)
class PastRun:
    """One execution in short."""

    run: str
    execution_arn: str
    status: str
    started: datetime
    failure: str


def decision_page(layout: RunLayout, s3: Any) -> bytes | None:
    """Return the page that the gate drew of its decision on a run, None where the run got no decision."""
    try:
        return s3.get_object(Bucket=layout.bucket, Key=layout.key("gate", "report.html"))["Body"].read()
    except ClientError as error:
        if error.response["Error"]["Code"] not in ("NoSuchKey", "404"):
            raise
        return None


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
