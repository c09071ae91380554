"""One training job from its channels to its model archive, on a thread of its own.

A spot job whose instances are taken away begins again, from its checkpoints, on new ones.
"""

from pathlib import Path
from typing import Any, ClassVar

from localcloud.sagemaker.jobs.container_run import ContainerRun, Ending, Outcome, run_containers
from localcloud.sagemaker.jobs.documents import JobKind
from localcloud.sagemaker.jobs.failure import algorithm_error, read_text
from localcloud.sagemaker.jobs.inputs import fetch_input, host_path
from localcloud.sagemaker.jobs.job import Job
from localcloud.sagemaker.jobs.job_container import job_container
from localcloud.sagemaker.jobs.metric_definitions import parse_definitions
from localcloud.sagemaker.jobs.running import RunningJob
from localcloud.sagemaker.jobs.workspace import Workspace
from localcloud.sagemaker.training.artifacts import Artifacts
from localcloud.sagemaker.training.checkpoint_sync import CheckpointSync, synchronised
from localcloud.sagemaker.training.contract import DATA, host_addresses, hosts, write_config
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
        document = TRAINING.find(self.cloud, self.scope, self.name)
        metrics = ReportedMetrics(
            self.cloud, parse_definitions(document["AlgorithmSpecification"].get("MetricDefinitions", []))
        )
        trained = 0.0
        while True:
            workspace = Workspace.create(self.cloud, self.scope, TRAINING.kind, self.name)
            try:
                outcome = self._attempt(running, workspace, metrics)
                trained += self._seconds_of_attempt()
                if outcome.ending is Ending.CLOUD_STOPPED:
                    return
                if outcome.ending is not Ending.INTERRUPTED:
                    self._finish(workspace, outcome, metrics, max(1, round(trained)))
                    return
            finally:
                workspace.clear()
            running.interruption_requested.clear()
            self._enter("Interrupted")
            self._enter("Starting")

    def _attempt(self, running: RunningJob, workspace: Workspace, metrics: ReportedMetrics) -> Outcome:
        """Run the job on fresh instances, from the checkpoints of earlier attempts."""
        document = self._enter("Downloading")
        syncs = [self._prepare(workspace.of_host(host), document, host) for host in hosts(document)]
        hosts_file = workspace.root / "hosts"
        hosts_file.write_text(host_addresses(document))
        containers = [
            self._container(workspace.of_host(host), document, metrics, host, hosts_file) for host in hosts(document)
        ]
        self._enter("Training", TrainingStartTime=self.cloud.clock.now())
        with synchronised(self.cloud, syncs):
            return run_containers(self.cloud, running, containers)

    def _seconds_of_attempt(self) -> float:
        document = TRAINING.find(self.cloud, self.scope, self.name)
        return (self.cloud.clock.now() - document["TrainingStartTime"]).total_seconds()

    def _prepare(self, workspace: Workspace, document: Document, host: str) -> CheckpointSync:
        write_config(workspace.opt_ml, document, host)
        for channel in document.get("InputDataConfig", []):
            folder = host_path(workspace.opt_ml, f"{DATA}/{channel['ChannelName']}")
            fetch_input(self._s3, channel["DataSource"]["S3DataSource"]["S3Uri"], folder, document["RoleArn"])
        sync = CheckpointSync(self._s3, workspace, document)
        sync.fetch()
        return sync

    def _container(
        self, workspace: Workspace, document: Document, metrics: ReportedMetrics, host: str, hosts_file: Path
    ) -> ContainerRun:
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
            host=host,
            hosts_file=hosts_file if len(hosts(document)) > 1 else None,
        )

    def _finish(self, workspace: Workspace, outcome: Outcome, metrics: ReportedMetrics, seconds: int) -> None:
        ended = self.cloud.clock.now()
        document = self._enter("Uploading", TrainingEndTime=ended, FinalMetricDataList=metrics.final())
        metrics.publish(self.scope, self.name)
        failed = outcome.ending is Ending.EXITED and outcome.exit_code != 0
        Artifacts(self._s3, workspace, document).upload(with_model=not failed)
        times: Document = {"TrainingTimeInSeconds": seconds, "BillableTimeInSeconds": seconds}
        if failed:
            failing = workspace.of_host(hosts(document)[outcome.container])
            text = read_text(failing.opt_ml / "output" / "failure")
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
