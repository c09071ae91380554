"""What each type of step does: the AWS call it makes, how its end is awaited, and what other steps may ask of it."""

import logging
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from localcloud.cloud import Cloud
from localcloud.sagemaker.jobs.running import find_job
from localcloud.sagemaker.pipelines.conditions import all_hold
from localcloud.scope import Scope
from localcloud.store import Document

_LOG = logging.getLogger(__name__)


class StepFailure(Exception):
    """A step failed; the text is its FailureReason."""


@dataclass(frozen=True, kw_only=True)
class StepCall:
    """One attempt of a step: its resolved arguments and where it runs."""

    cloud: Cloud
    scope: Scope
    execution_id: str
    execution_arn: str
    step: str
    arguments: Document
    tell: Callable[[Document], None]
    """Takes the step's Metadata as soon as there is an ARN, so that followers can see the job while it runs."""

    @property
    def sagemaker(self) -> Any:
        """A client of the account the pipeline lives in."""
        return self.cloud.client("sagemaker", self.scope)

    def new_name(self, longest: int = 63) -> str:
        """Return a name as the service gives it: pipelines-<execution>-<step>-<random>."""
        start, end = f"pipelines-{self.execution_id}-", f"-{secrets.token_hex(5)}"
        return start + self.step.replace("_", "-")[: longest - len(start) - len(end)].rstrip("-") + end


Action = Callable[[StepCall], Document]


def process(call: StepCall) -> Document:
    """Run a processing job to its end and return its description."""
    name = call.new_name()
    arn = call.sagemaker.create_processing_job(**{**call.arguments, "ProcessingJobName": name})["ProcessingJobArn"]
    call.tell({"ProcessingJob": {"Arn": arn}})
    _await_job(call, "ProcessingJob", name)
    return _succeeded(call.sagemaker.describe_processing_job(ProcessingJobName=name), "ProcessingJobStatus")


def train(call: StepCall) -> Document:
    """Run a training job to its end and return its description."""
    name = call.new_name()
    arn = call.sagemaker.create_training_job(**{**call.arguments, "TrainingJobName": name})["TrainingJobArn"]
    call.tell({"TrainingJob": {"Arn": arn}})
    _await_job(call, "TrainingJob", name)
    return _succeeded(call.sagemaker.describe_training_job(TrainingJobName=name), "TrainingJobStatus")


def transform(call: StepCall) -> Document:
    """Run a transform job to its end and return its description."""
    name = call.new_name()
    arn = call.sagemaker.create_transform_job(**{**call.arguments, "TransformJobName": name})["TransformJobArn"]
    call.tell({"TransformJob": {"Arn": arn}})
    _await_job(call, "TransformJob", name)
    return _succeeded(call.sagemaker.describe_transform_job(TransformJobName=name), "TransformJobStatus")


def register_model(call: StepCall) -> Document:
    """Create a model package, in a group that is made if it is not there, and return its description."""
    arguments: Document = {"MetadataProperties": {"GeneratedBy": call.execution_arn}, **call.arguments}
    if group := arguments.get("ModelPackageGroupName"):
        _ensure_group(call.sagemaker, group)
    arn = call.sagemaker.create_model_package(**arguments)["ModelPackageArn"]
    call.tell({"RegisterModel": {"Arn": arn}})
    return _plain(call.sagemaker.describe_model_package(ModelPackageName=arn))


def create_model(call: StepCall) -> Document:
    """Create a model and return its description."""
    name = call.new_name()
    arn = call.sagemaker.create_model(**{**call.arguments, "ModelName": name})["ModelArn"]
    call.tell({"Model": {"Arn": arn}})
    return _plain(call.sagemaker.describe_model(ModelName=name))


def decide(call: StepCall) -> Document:
    """Evaluate a Condition step's conditions and return their outcome."""
    outcome = all_hold(call.arguments["Conditions"])
    call.tell({"Condition": {"Outcome": str(outcome)}})
    return {"Outcome": outcome}


def fail(call: StepCall) -> Document:
    """End the execution with the step's message."""
    message = str(call.arguments.get("ErrorMessage", ""))
    call.tell({"Fail": {"ErrorMessage": message}})
    raise StepFailure(message)


ACTIONS: Mapping[str, Action] = {
    "Processing": process,
    "Training": train,
    "Transform": transform,
    "RegisterModel": register_model,
    "Model": create_model,
    "Condition": decide,
    "Fail": fail,
}
"""The action of each type of step."""


def _await_job(call: StepCall, kind: str, name: str) -> None:
    job = find_job(call.cloud, call.scope, kind, name)
    if job is not None:
        job.ended.wait()


def _succeeded(description: Document, status_key: str) -> Document:
    status = description[status_key]
    if status == "Completed":
        return _plain(description)
    if status == "Failed":
        raise StepFailure(description.get("FailureReason", "the job failed"))
    raise StepFailure(f"ClientError: the job ended as {status}")


def _plain(description: Document) -> Document:
    return {key: value for key, value in description.items() if key != "ResponseMetadata"}


def _ensure_group(sagemaker: Any, group: str) -> None:
    try:
        sagemaker.describe_model_package_group(ModelPackageGroupName=group)
    except sagemaker.exceptions.ClientError:
        sagemaker.create_model_package_group(ModelPackageGroupName=group)


def stop_job(cloud: Cloud, scope: Scope, metadata: Document) -> None:
    """Stop the job that a step's Metadata names, if it names one that runs."""
    sagemaker = cloud.client("sagemaker", scope)
    stops = {
        "ProcessingJob": lambda name: sagemaker.stop_processing_job(ProcessingJobName=name),
        "TrainingJob": lambda name: sagemaker.stop_training_job(TrainingJobName=name),
        "TransformJob": lambda name: sagemaker.stop_transform_job(TransformJobName=name),
    }
    for key in set(stops) & set(metadata):
        try:
            stops[key](metadata[key]["Arn"].rpartition("/")[2])
        except sagemaker.exceptions.ClientError as error:
            _LOG.info("%s was not stopped: %s", metadata[key]["Arn"], error)
