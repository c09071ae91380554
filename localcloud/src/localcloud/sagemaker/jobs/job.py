"""One job of any kind, from what it does to how it ended, on a thread of its own."""

import logging
from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Any, ClassVar

from localcloud.cloud import Cloud
from localcloud.errors import AwsError
from localcloud.sagemaker.jobs.capacity import provision
from localcloud.sagemaker.jobs.documents import JobKind
from localcloud.sagemaker.jobs.failure import JobFailure
from localcloud.sagemaker.jobs.running import RunningJob
from localcloud.scope import Scope

_LOG = logging.getLogger(__name__)


@dataclass(frozen=True)
class Job(ABC):
    """A job that is already kept as InProgress. Whose jobs they are is the subclass's `kind`."""

    cloud: Cloud
    scope: Scope
    name: str

    kind: ClassVar[JobKind]

    def run(self, running: RunningJob) -> None:
        """Run the job to its end and record how it ended; nothing is recorded when the cloud stops meanwhile."""
        try:
            provision(self.cloud, self.scope, self.kind.find(self.cloud, self.scope, self.name))
            self._carry_out(running)
        except JobFailure as failure:
            self._fail(str(failure))
        except AwsError as error:
            self._fail(f"ClientError: {error.message}")
        except Exception as error:
            if not self.cloud.stopping.is_set():
                _LOG.exception("%s %s", self.kind.resource, self.name)
            self._fail(f"InternalServerError: {error}")

    @abstractmethod
    def _carry_out(self, running: RunningJob) -> None:
        """Do the job and close it.

        Raises:
            JobFailure: it fails, with that reason.
            AwsError: it fails, as AWS refused something that it asked for.
        """

    @abstractmethod
    def _end(self, status: str, changes: dict[str, Any]) -> None:
        """Record the job's last status, when it ended, and what else changes in its document."""

    def _close(self, status: str, **changes: Any) -> None:
        """Record how the job ended, unless the cloud stops: what ran then is failed by the next start."""
        if not self.cloud.stopping.is_set():
            self._end(status, changes)

    def _fail(self, reason: str, **changes: Any) -> None:
        self._close("Failed", FailureReason=reason, **changes)

    @property
    def _s3(self) -> Any:
        return self.cloud.client("s3", self.scope)
