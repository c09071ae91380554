"""Carries checkpoints to S3 while their job runs, as SageMaker's agent on each instance does.

New and changed files are copied; what a container deletes stays in S3, as it does on AWS.
"""

import logging
import threading
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from localcloud.cloud import Cloud
from localcloud.sagemaker.jobs.failure import JobFailure
from localcloud.sagemaker.jobs.inputs import host_path
from localcloud.sagemaker.jobs.s3_locations import parse_s3_uri
from localcloud.sagemaker.jobs.s3_transfer import download, upload_file
from localcloud.sagemaker.jobs.workspace import Workspace
from localcloud.sagemaker.training.contract import CHECKPOINTS
from localcloud.store import Document

_LOG = logging.getLogger(__name__)
_EVERY_SECONDS = 0.5
"""Of real time: training itself is not sped up by the cloud's clock."""


@dataclass(frozen=True)
class CheckpointSync:
    """The checkpoint folder of one host and its address in S3; does nothing for a job without one."""

    s3: Any
    workspace: Workspace
    document: Document
    _copied: dict[Path, tuple[int, int]] = field(default_factory=dict)

    @property
    def _folder(self) -> Path | None:
        config = self.document.get("CheckpointConfig")
        return host_path(self.workspace.opt_ml, config.get("LocalPath", CHECKPOINTS)) if config else None

    def fetch(self) -> None:
        """Bring what earlier attempts left.

        Raises:
            JobFailure: S3 refused.
        """
        if (folder := self._folder) is None:
            return
        folder.mkdir(parents=True, exist_ok=True)
        download(self.s3, parse_s3_uri(self.document["CheckpointConfig"]["S3Uri"]), folder)
        self._copied.update({path: _stamp(path) for path in folder.rglob("*") if path.is_file()})

    def copy(self) -> None:
        """Copy what is new.

        Raises:
            JobFailure: S3 refused.
        """
        if (folder := self._folder) is None:
            return
        target = parse_s3_uri(self.document["CheckpointConfig"]["S3Uri"])
        for path in sorted(folder.rglob("*")):
            try:
                if path.is_file() and self._copied.get(path) != (stamp := _stamp(path)):
                    upload_file(self.s3, path, target.child(*path.relative_to(folder).parts), None)
                    self._copied[path] = stamp
            except FileNotFoundError:
                continue  # dropped or renamed by the container meanwhile


@contextmanager
def synchronised(cloud: Cloud, syncs: Sequence[CheckpointSync]) -> Generator[None]:
    """Copy checkpoints while the block runs, and what is left when it ends unless the cloud stops.

    Raises:
        JobFailure: S3 refused the last of them.
    """
    ended = threading.Event()
    thread = cloud.spawn(lambda: _keep_copying(syncs, ended), "checkpoints")
    try:
        yield
    finally:
        ended.set()
        thread.join()
    if not cloud.stopping.is_set():
        for sync in syncs:
            sync.copy()


def _keep_copying(syncs: Sequence[CheckpointSync], ended: threading.Event) -> None:
    while not ended.wait(_EVERY_SECONDS):
        for sync in syncs:
            try:
                sync.copy()
            except JobFailure as failure:
                _LOG.warning("checkpoints: %s", failure)


def _stamp(path: Path) -> tuple[int, int]:
    found = path.stat()
    return found.st_mtime_ns, found.st_size
