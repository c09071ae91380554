"""One processing job from its inputs to its outputs, on a thread of its own."""

import logging
from dataclasses import dataclass
from typing import Any

from localcloud.cloud import Cloud
from localcloud.errors import AwsError
from localcloud.sagemaker.jobs.container_run import ContainerRun, Ending, Outcome, run_container
from localcloud.sagemaker.jobs.documents import JobKind
from localcloud.sagemaker.jobs.failure import JobFailure, algorithm_error, read_text
from localcloud.sagemaker.jobs.inputs import fetch_input, host_path
from localcloud.sagemaker.jobs.job_container import job_container
from localcloud.sagemaker.jobs.running import RunningJob
from localcloud.sagemaker.jobs.s3_locations import parse_s3_uri
from localcloud.sagemaker.jobs.s3_transfer import upload_folder
from localcloud.sagemaker.jobs.workspace import Workspace
from localcloud.sagemaker.processing.contract import write_config
from localcloud.scope import Scope
from localcloud.store import Document

_LOG = logging.getLogger(__name__)

PROCESSING = JobKind(
    kind="ProcessingJob",
    resource="processing-job",
    event="SageMaker Processing Job State Change",
    log_group="/aws/sagemaker/ProcessingJobs",
)


@dataclass(frozen=True)
class ProcessingJob:
    """A job that is already kept as InProgress."""

    cloud: Cloud
    scope: Scope
    name: str

    def run(self, running: RunningJob) -> None:
        """Run the job to its end and record how it ended; nothing is recorded when the cloud stops meanwhile."""
        try:
            changes = self._carry_out(running)
        except JobFailure as failure:
            changes = {"ProcessingJobStatus": "Failed", "FailureReason": str(failure)}
        except AwsError as error:
            changes = {"ProcessingJobStatus": "Failed", "FailureReason": f"ClientError: {error.message}"}
        except Exception as error:
            if self.cloud.stopping.is_set():
                return
            _LOG.exception("processing job %s", self.name)
            changes = {"ProcessingJobStatus": "Failed", "FailureReason": f"InternalServerError: {error}"}
        if changes is not None and not self.cloud.stopping.is_set():
            self._change(ProcessingEndTime=self.cloud.clock.now(), **changes)

    def _carry_out(self, running: RunningJob) -> Document | None:
        document = self._change(ProcessingStartTime=self.cloud.clock.now())
        workspace = Workspace.create(self.cloud, self.scope, PROCESSING.kind, self.name)
        try:
            self._prepare(workspace, document)
            outcome = run_container(self.cloud, running, self._container(workspace, document))
            if outcome.ending is Ending.CLOUD_STOPPED:
                return None
            self._upload(workspace, document)
            return _verdict(outcome, read_text(workspace.opt_ml / "output" / "message"))
        finally:
            workspace.clear()

    def _prepare(self, workspace: Workspace, document: Document) -> None:
        write_config(workspace.opt_ml, document)
        for item in document.get("ProcessingInputs", []):
            source = item["S3Input"]
            folder = host_path(workspace.opt_ml, source["LocalPath"])
            fetch_input(self._s3, source["S3Uri"], folder, document["RoleArn"])
        for item in document.get("ProcessingOutputConfig", {}).get("Outputs", []):
            host_path(workspace.opt_ml, item["S3Output"]["LocalPath"]).mkdir(parents=True, exist_ok=True)

    def _container(self, workspace: Workspace, document: Document) -> ContainerRun:
        app = document["AppSpecification"]
        return job_container(
            self.cloud, self.scope, PROCESSING, document, workspace, image_uri=app["ImageUri"], program=app
        )

    def _upload(self, workspace: Workspace, document: Document) -> None:
        """Upload every output, of a failed job too: a report that says why it failed is an output."""
        outputs = document.get("ProcessingOutputConfig", {})
        for item in outputs.get("Outputs", []):
            target = item["S3Output"]
            folder = host_path(workspace.opt_ml, target["LocalPath"])
            upload_folder(self._s3, folder, parse_s3_uri(target["S3Uri"]), outputs.get("KmsKeyId"))

    def _change(self, **changes: Any) -> Document:
        return PROCESSING.change(self.cloud, self.scope, self.name, lambda _: changes)

    @property
    def _s3(self) -> Any:
        return self.cloud.client("s3", self.scope)


def _verdict(outcome: Outcome, message: str) -> Document:
    """Return the changes of a job whose container has ended, from how it ended and its exit message."""
    changes: Document = {"ExitMessage": message} if message else {}
    if outcome.ending in (Ending.STOPPED, Ending.TIMED_OUT):
        return {**changes, "ProcessingJobStatus": "Stopped"}
    if outcome.exit_code == 0:
        return {**changes, "ProcessingJobStatus": "Completed"}
    return {
        **changes,
        "ProcessingJobStatus": "Failed",
        "FailureReason": algorithm_error(message, outcome.exit_code),
    }
