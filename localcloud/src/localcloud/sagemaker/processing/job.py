"""One processing job from its inputs to its outputs, on a thread of its own."""

from typing import Any, ClassVar

from localcloud.sagemaker.jobs.container_run import ContainerRun, Ending, Outcome, run_container
from localcloud.sagemaker.jobs.documents import JobKind
from localcloud.sagemaker.jobs.failure import algorithm_error, read_text
from localcloud.sagemaker.jobs.inputs import fetch_input, host_path
from localcloud.sagemaker.jobs.job import Job
from localcloud.sagemaker.jobs.job_container import job_container
from localcloud.sagemaker.jobs.running import RunningJob
from localcloud.sagemaker.jobs.s3_locations import parse_s3_uri
from localcloud.sagemaker.jobs.s3_transfer import upload_folder
from localcloud.sagemaker.jobs.workspace import Workspace
from localcloud.sagemaker.processing.contract import write_config
from localcloud.store import Document

PROCESSING = JobKind(
    kind="ProcessingJob",
    resource="processing-job",
    event="SageMaker Processing Job State Change",
    log_group="/aws/sagemaker/ProcessingJobs",
)


class ProcessingJob(Job):
    """A processing job that is already kept as InProgress."""

    kind: ClassVar[JobKind] = PROCESSING

    def _carry_out(self, running: RunningJob) -> None:
        outcome, message = self._run_container(running)
        if outcome.ending is not Ending.CLOUD_STOPPED:
            self._finish(outcome, message)

    def _run_container(self, running: RunningJob) -> tuple[Outcome, str]:
        """Run the container between its inputs and its outputs; return how it ended and its exit message."""
        document = self._change(ProcessingStartTime=self.cloud.clock.now())
        workspace = Workspace.create(self.cloud, self.scope, PROCESSING.kind, self.name)
        try:
            self._prepare(workspace, document)
            outcome = run_container(self.cloud, running, self._container(workspace, document))
            if outcome.ending is not Ending.CLOUD_STOPPED:
                self._upload(workspace, document)
            return outcome, read_text(workspace.opt_ml / "output" / "message")
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

    def _finish(self, outcome: Outcome, message: str) -> None:
        """Close a job whose container has ended, from how it ended and its exit message."""
        changes: Document = {"ExitMessage": message} if message else {}
        if outcome.ending in (Ending.STOPPED, Ending.TIMED_OUT):
            self._close("Stopped", **changes)
        elif outcome.exit_code == 0:
            self._close("Completed", **changes)
        else:
            self._fail(algorithm_error(message, outcome.exit_code), **changes)

    def _change(self, **changes: Any) -> Document:
        return PROCESSING.change(self.cloud, self.scope, self.name, lambda _: changes)

    def _end(self, status: str, changes: dict[str, Any]) -> None:
        self._change(ProcessingJobStatus=status, ProcessingEndTime=self.cloud.clock.now(), **changes)
