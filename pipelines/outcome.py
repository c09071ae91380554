"""How a run ended: the model it registered, the gate's decision, or the step that failed."""

import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from botocore.exceptions import ClientError

from pipelines.capacity import lacking, lacks_capacity
from pipelines.execution import Progress, StepProgress, all_parameters


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """The end of a run; exactly one of `model_package_arn`, `rejected` and `failed` says how."""

    progress: Progress
    model_package_arn: str = ""
    rejected: bool = False
    failed: StepProgress | None = None
    lacking: tuple[str, ...] = ()
    """The instance types that AWS had no capacity of, where that is why it failed."""
    gate: dict[str, Any] | None = None
    """The content of gate.json, where the run got that far."""

    @property
    def failure(self) -> str:
        """Why the step failed, in a sentence; empty where none did."""
        if self.failed is None or not self.lacking:
            return self.failed.failure if self.failed else ""
        return f"{self.failed.failure} There was no capacity for {', '.join(self.lacking)}"


def outcome(progress: Progress, *, sagemaker: Any, s3: Any) -> Outcome:
    """Return how an ended execution ended."""
    registered, rejected = progress.step("Register"), progress.step("Reject")
    gate = _gate(progress, sagemaker, s3)
    if progress.status == "Succeeded" and registered is not None:
        return Outcome(progress=progress, model_package_arn=registered.resource_arn, gate=gate)
    if rejected is not None:
        return Outcome(progress=progress, rejected=True, gate=gate)
    failed = next((step for step in progress.steps if step.status == "Failed"), None)
    return Outcome(progress=progress, failed=failed, lacking=_lacking(progress, sagemaker), gate=gate)


def output_file(job_arn: str, name: str, sagemaker: Any) -> dict[str, str]:
    """Return the bucket and the key of a file of a processing job's first output, wherever the job put it."""
    job = sagemaker.describe_processing_job(ProcessingJobName=job_arn.rpartition("/")[2])
    place = urlsplit(job["ProcessingOutputConfig"]["Outputs"][0]["S3Output"]["S3Uri"])
    return {"Bucket": place.netloc, "Key": f"{place.path.strip('/')}/{name}"}


def _lacking(progress: Progress, sagemaker: Any) -> tuple[str, ...]:
    return lacking(progress, all_parameters(progress.execution_arn, sagemaker)) if lacks_capacity(progress) else ()


def _gate(progress: Progress, sagemaker: Any, s3: Any) -> dict[str, Any] | None:
    """Read gate.json from where the gate's own job put it, whoever started the run."""
    step = progress.step("Gate")
    if step is None or step.status != "Succeeded":
        return None
    try:
        found = s3.get_object(**output_file(step.resource_arn, "gate.json", sagemaker))
    except ClientError:
        return None
    return json.loads(found["Body"].read())
