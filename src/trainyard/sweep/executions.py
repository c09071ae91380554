"""Ends what runs: SageMaker deletes no pipeline with running executions, and a job outlives its role and network."""

import uuid
from collections.abc import Callable
from typing import Any

from trainyard.errors import TrainyardError

RUNNING = ("Executing", "Stopping")
LOOKS = 120
"""How often to look whether an execution has ended, a second apart."""


def stop_all(sagemaker: Any, pipeline: str, wait: Callable[[], None]) -> list[str]:
    """Stop the running executions of a pipeline, wait for their end, and return their ARNs.

    Raises:
        TrainyardError: one does not end within two minutes.
    """
    pages = sagemaker.get_paginator("list_pipeline_executions").paginate(PipelineName=pipeline)
    found = [one for page in pages for one in page["PipelineExecutionSummaries"]]
    running = [one for one in found if one["PipelineExecutionStatus"] in RUNNING]
    for one in running:
        if one["PipelineExecutionStatus"] == "Executing":
            sagemaker.stop_pipeline_execution(
                PipelineExecutionArn=one["PipelineExecutionArn"], ClientRequestToken=uuid.uuid4().hex
            )
    arns = [one["PipelineExecutionArn"] for one in running]
    for arn in arns:
        _ended(sagemaker, arn, wait)
    return arns


def stop_job(sagemaker: Any, name: str, wait: Callable[[], None]) -> None:
    """Stop a job, named `TrainingJob/…`, `ProcessingJob/…` or `TransformJob/…`, and wait for its end.

    Raises:
        TrainyardError: it does not end within two minutes and some: SageMaker gives it these to save its model.
    """
    kind, _, job = name.partition("/")
    operation = kind.removesuffix("Job").lower() + "_job"
    for look in range(2 * LOOKS):
        status = getattr(sagemaker, f"describe_{operation}")(**{f"{kind}Name": job})[f"{kind}Status"]
        if status not in ("InProgress", "Stopping"):
            return
        if look == 0 and status == "InProgress":
            getattr(sagemaker, f"stop_{operation}")(**{f"{kind}Name": job})
        wait()
    raise TrainyardError("A job does not stop", where=name, cure="Look at it, then destroy again")


def _ended(sagemaker: Any, arn: str, wait: Callable[[], None]) -> None:
    for _ in range(LOOKS):
        if sagemaker.describe_pipeline_execution(PipelineExecutionArn=arn)["PipelineExecutionStatus"] not in RUNNING:
            return
        wait()
    raise TrainyardError("A pipeline execution does not stop", where=arn, cure="Look at it, then destroy again")
