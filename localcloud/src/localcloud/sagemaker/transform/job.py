"""One transform job from its objects to their outputs, on a thread of its own."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, ClassVar

from botocore.exceptions import ClientError

from localcloud.sagemaker.endpoints.container import Container, prepare_container
from localcloud.sagemaker.endpoints.host import SHORTEST_START_LIMIT_SECONDS, START_LIMIT_SECONDS
from localcloud.sagemaker.jobs.documents import JobKind
from localcloud.sagemaker.jobs.failure import JobFailure
from localcloud.sagemaker.jobs.job import Job
from localcloud.sagemaker.jobs.running import RunningJob
from localcloud.sagemaker.jobs.s3_locations import local_path, parse_s3_uri
from localcloud.sagemaker.jobs.s3_transfer import upload_folder
from localcloud.sagemaker.jobs.workspace import Workspace
from localcloud.sagemaker.transform.data_processing import data_processing_of
from localcloud.sagemaker.transform.feeding import Interrupted, Piece, Source, feed
from localcloud.sagemaker.transform.logs import JobLogs
from localcloud.sagemaker.transform.records import Batch, batches, split_lines
from localcloud.sagemaker.transform.server import Server
from localcloud.sagemaker.transform.settings import Settings, settings_of
from localcloud.store import Document

_CHUNK_BYTES = 1 << 20

TRANSFORM = JobKind(
    kind="TransformJob",
    resource="transform-job",
    event="SageMaker Transform Job State Change",
    log_group="/aws/sagemaker/TransformJobs",
)


class TransformJob(Job):
    """A transform job that is already kept as InProgress."""

    kind: ClassVar[JobKind] = TRANSFORM

    def _carry_out(self, running: RunningJob) -> None:
        try:
            failures = self._run_instance(running)
        except Interrupted:
            self._close("Stopped")
            return
        if failures:
            self._fail(failures[0])
        else:
            self._close("Completed")

    def _run_instance(self, running: RunningJob) -> list[str]:
        """Transform the objects, deliver their outputs, and return why objects failed.

        Raises:
            Interrupted: the job was stopped, or the cloud stops.
        """
        document = self._change(TransformStartTime=self.cloud.clock.now())
        workspace = Workspace.create(self.cloud, self.scope, TRANSFORM.kind, self.name)
        logs = JobLogs(self.cloud, self.scope, TRANSFORM.log_group, self.name, workspace.root / "logs")

        def stopped() -> bool:
            logs.ship()
            return running.stop_requested.is_set() or self.cloud.stopping.is_set()

        try:
            outputs = workspace.opt_ml / "outputs"  # the instance has an /opt/ml of its own
            sources = self._sources(document, outputs)
            server = Server(self._container(document, workspace), workspace, logs.data)
            try:
                self._transform(document, server, sources, stopped)
            finally:
                server.stop()
                logs.close()
            return self._deliver(document, outputs, sources)
        finally:
            workspace.clear()

    def _transform(self, document: Document, server: Server, sources: list[Source], stopped: Any) -> None:
        limit = max(self.cloud.clock.real(START_LIMIT_SECONDS), SHORTEST_START_LIMIT_SECONDS)
        server.wait(limit, stopped)
        settings = settings_of(document, server.parameters())
        headers, treatment = _headers(document), data_processing_of(document)

        def send(batch: Batch) -> bytes:
            return treatment.kept(batch.records, server.send(batch.payload, headers, settings))

        feed(self._pieces(document, settings, sources), send, settings.concurrent, stopped)

    def _container(self, document: Document, workspace: Workspace) -> Container:
        container = prepare_container(self.cloud, self.scope, document["ModelName"], workspace.home)
        told = settings_of(document, {}).environment
        return replace(container, environment={**container.environment, **told, **document.get("Environment", {})})

    def _sources(self, document: Document, outputs: Path) -> list[Source]:
        """Return the objects of the input.

        Raises:
            JobFailure: S3 refused, or there are none.
        """
        place = parse_s3_uri(document["TransformInput"]["DataSource"]["S3DataSource"]["S3Uri"])
        by_line = document["TransformOutput"].get("AssembleWith", "None") == "Line"
        found: list[Source] = []
        try:
            for page in self._s3.get_paginator("list_objects_v2").paginate(Bucket=place.bucket, Prefix=place.key):
                for item in page.get("Contents", []):
                    path = local_path(place.key, item["Key"])
                    if path is not None:
                        found.append(Source(item["Key"], outputs / f"{path}.out", by_line))
        except ClientError as error:
            raise JobFailure(f"ClientError: Data download failed: {place.uri}: {error}") from error
        if not found:
            raise JobFailure(f'ClientError: No S3 objects found under S3 URL "{place.uri}" given in input data source.')
        return found

    def _pieces(self, document: Document, settings: Settings, sources: list[Source]) -> Iterator[Piece]:
        given = document["TransformInput"]
        bucket = parse_s3_uri(given["DataSource"]["S3DataSource"]["S3Uri"]).bucket
        by_line = given.get("SplitType", "None") == "Line"
        treatment = data_processing_of(document)
        for source in sources:
            try:
                body = self._s3.get_object(Bucket=bucket, Key=source.key)["Body"]
                with body:
                    records = split_lines(body.iter_chunks(_CHUNK_BYTES)) if by_line else iter([body.read()])
                    pairs = ((record, treatment.sent(record)) for record in records)
                    for batch in batches(pairs, settings.limit_bytes, many=settings.many and by_line):
                        yield Piece(source, batch)
            except JobFailure as failure:
                source.fail(str(failure))
            except ClientError as error:
                source.fail(f"ClientError: Data download failed: s3://{bucket}/{source.key}: {error}")

    def _deliver(self, document: Document, outputs: Path, sources: list[Source]) -> list[str]:
        """Upload what was put together: also of a failed job, the outputs of the objects that did not fail."""
        target = document["TransformOutput"]
        upload_folder(self._s3, outputs, parse_s3_uri(target["S3OutputPath"]), target.get("KmsKeyId"))
        return [source.failure for source in sources if source.failure]

    def _end(self, status: str, changes: dict[str, Any]) -> None:
        self._change(TransformJobStatus=status, TransformEndTime=self.cloud.clock.now(), **changes)

    def _change(self, **changes: Any) -> Document:
        return TRANSFORM.change(self.cloud, self.scope, self.name, lambda _: changes)


def _headers(document: Document) -> dict[str, str]:
    given = {
        "Content-Type": document["TransformInput"].get("ContentType"),
        "Accept": document["TransformOutput"].get("Accept"),
    }
    return {name: value for name, value in given.items() if value}
