"""One training job from its channels to its model archive, on a thread of its own."""

from typing import Any, ClassVar

from localcloud.sagemaker.jobs.container_run import ContainerRun, Ending, Outcome, run_container
from localcloud.sagemaker.jobs.documents import JobKind
from localcloud.sagemaker.jobs.failure import algorithm_error, read_text
from localcloud.sagemaker.jobs.inputs import fetch_input, host_path
from localcloud.sagemaker.jobs.job import Job
from localcloud.sagemaker.jobs.job_container import job_container
from localcloud.sagemaker.jobs.metric_definitions import parse_definitions
from localcloud.sagemaker.jobs.running import RunningJob
from localcloud.sagemaker.jobs.s3_locations import parse_s3_uri
from localcloud.sagemaker.jobs.s3_transfer import download
from localcloud.sagemaker.jobs.workspace import Workspace
from localcloud.sagemaker.training.artifacts import Artifacts
from localcloud.sagemaker.training.contract import CHECKPOINTS, DATA, write_config
from localcloud.sagemaker.training.metrics import ReportedMetrics
from localcloud.sagemaker.training.transitions import transition
from localcloud.store import Document

TRAINING = JobKind(
    kind="TrainingJob",
    resource="training-job",
    event="SageMaker Training Job State Change",
    log_group="/aws/sagemaker/TrainingJobs",
)


class TrainingJob(Job):
    """A training job that is already kept as InProgress / Starting."""

    kind: ClassVar[JobKind] = TRAINING

    def _carry_out(self, running: RunningJob) -> None:
        document = self._enter("Downloading")
        workspace = Workspace.create(self.cloud, self.scope, TRAINING.kind, self.name)
        metrics = ReportedMetrics(
            self.cloud, parse_definitions(document["AlgorithmSpecification"].get("MetricDefinitions", []))
        )
        try:
            self._prepare(workspace, document)
            container = self._container(workspace, document, metrics)
            started = self.cloud.clock.now()
            self._enter("Training", TrainingStartTime=started)
            outcome = run_container(self.cloud, running, container)
            if outcome.ending is not Ending.CLOUD_STOPPED:
                self._finish(workspace, outcome, metrics)
        finally:
            workspace.clear()

    def _prepare(self, workspace: Workspace, document: Document) -> None:
        write_config(workspace.opt_ml, document)
        for channel in document.get("InputDataConfig", []):
            folder = host_path(workspace.opt_ml, f"{DATA}/{channel['ChannelName']}")
            fetch_input(self._s3, channel["DataSource"]["S3DataSource"]["S3Uri"], folder, document["RoleArn"])
        if checkpoints := document.get("CheckpointConfig"):
            folder = host_path(workspace.opt_ml, checkpoints.get("LocalPath", CHECKPOINTS))
            folder.mkdir(parents=True, exist_ok=True)
            download(self._s3, parse_s3_uri(checkpoints["S3Uri"]), folder)

    def _container(self, workspace: Workspace, document: Document, metrics: ReportedMetrics) -> ContainerRun:
        algorithm = document["AlgorithmSpecification"]
        return job_container(
            self.cloud,
            self.scope,
            TRAINING,
            document,
            workspace,
            image_uri=algorithm["TrainingImage"],
            program=algorithm,
            default_arguments=("train",),
            on_line=metrics.read_line,
        )

    def _finish(self, workspace: Workspace, outcome: Outcome, metrics: ReportedMetrics) -> None:
        ended = self.cloud.clock.now()
        document = self._enter("Uploading", TrainingEndTime=ended, FinalMetricDataList=metrics.final())
        metrics.publish(self.scope, self.name)
        failed = outcome.ending is Ending.EXITED and outcome.exit_code != 0
        Artifacts(self._s3, workspace, document).upload(with_model=not failed)
        seconds = max(1, round((ended - document["TrainingStartTime"]).total_seconds()))
        times: Document = {"TrainingTimeInSeconds": seconds, "BillableTimeInSeconds": seconds}
        if failed:
            text = read_text(workspace.opt_ml / "output" / "failure")
            self._fail(algorithm_error(text, outcome.exit_code), **times)
        else:
            self._enter(_FINAL[outcome.ending], **times)

    def _enter(self, status: str, message: str | None = None, **changes: Any) -> Document:
        def decide(document: Document) -> Document:
            return {**transition(document, status, self.cloud.clock.now(), message), **changes}

        return TRAINING.change(self.cloud, self.scope, self.name, decide)

    def _end(self, status: str, changes: dict[str, Any]) -> None:
        self._enter(status, changes.get("FailureReason"), TrainingEndTime=self.cloud.clock.now(), **changes)


_FINAL = {Ending.EXITED: "Completed", Ending.STOPPED: "Stopped", Ending.TIMED_OUT: "MaxRuntimeExceeded"}
