"""Takes an environment down: what stands in the engine's way, the engine, then what is left.

Every step can be repeated, and one that fails stops no other: its error is told at the end. So a destroy that was
interrupted is run again, and goes on with what is still there.
"""

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import partial

from botocore.exceptions import BotoCoreError, ClientError

from trainyard import sweep
from trainyard.errors import TrainyardError
from trainyard.sweep import Client, Thing
from trainyard.sweep.job_logs import JobLogs
from trainyard.sweep.job_logs import delete as delete_job_logs
from trainyard.sweep.needs import of_endpoints
from trainyard.teardown.contents import empty_bucket, empty_repository
from trainyard.teardown.estate import Estate
from trainyard.teardown.survey import BUCKET, ENDPOINT, REPOSITORY, Survey

Say = Callable[[str], None]


@dataclass(frozen=True)
class Failure:
    """A step that failed, and why."""

    step: str
    why: str


@dataclass(kw_only=True)
class Destroying:
    """One destroy under way.

    Attributes:
        look: surveys the environment anew.
        engine: runs `pulumi destroy` without the given URNs and returns its exit code.
        wait: passes a second.
    """

    client: Client
    account: str
    look: Callable[[], Survey]
    engine: Callable[[Estate], int]
    say: Say
    wait: Callable[[], None] = lambda: time.sleep(1)
    failures: list[Failure] = field(default_factory=list[Failure])

    def run(self, before: Survey) -> Survey:
        """Destroy what a survey shows, and return what is there afterwards; `failures` holds what went wrong."""
        self._sweep(thing for thing in before.sweep.goes if thing.kind in sweep.BEFORE)
        self._empty(before.estate)
        if before.estate.goes:
            self._engine(before.estate)
        self._sweep_after(self.look())
        return self.look()

    def _sweep_after(self, after: Survey) -> None:
        self._sweep(thing for thing in after.sweep.goes if thing.kind in sweep.BEFORE)
        # Asked again and not planned: an endpoint that the engine or this sweep could not delete keeps what it serves.
        in_use = of_endpoints(self.client, leaving=())
        self._sweep(thing for thing in after.sweep.goes if thing.kind not in sweep.BEFORE and thing not in in_use)
        self._job_logs(after.job_logs)

    def _engine(self, estate: Estate) -> None:
        for endpoint in estate.of_type(ENDPOINT):
            self._try(f"wait for endpoint {endpoint.id}", partial(self._settle, endpoint.id))
        code = self.engine(estate)
        if code != 0:
            self.failures.append(Failure("pulumi destroy", f"ended with {code}; its lines above say why"))

    def _settle(self, endpoint: str) -> None:
        try:
            sweep.settle(self.client("sagemaker"), endpoint, self.wait)
        except ClientError as error:
            if not sweep.is_missing(error):
                raise

    def _sweep(self, things: Iterable[Thing]) -> None:
        for thing in things:
            if self._try(str(thing), partial(sweep.delete, self.client, thing, self.wait)):
                self.say(f"removed {thing}")

    def _empty(self, estate: Estate) -> None:
        for bucket in estate.of_type(BUCKET):
            self._try(
                f"empty bucket {bucket.id}",
                partial(empty_bucket, self.client("s3"), bucket.id, self.account, self.say),
            )
        for repository in estate.of_type(REPOSITORY):
            self._try(
                f"empty repository {repository.id}",
                partial(empty_repository, self.client("ecr"), repository.id, self.say),
            )

    def _job_logs(self, found: Iterable[JobLogs]) -> None:
        for logs in found:
            if self._try(f"logs in {logs.group}", partial(delete_job_logs, self.client, logs)):
                what = "the group" if logs.whole else f"our {len(logs.streams)} streams, {logs.others} are others'"
                self.say(f"removed {what}: {logs.group}")

    def _try(self, step: str, act: Callable[[], object]) -> bool:
        try:
            act()
        except (ClientError, BotoCoreError, TrainyardError) as error:
            if isinstance(error, ClientError) and sweep.is_missing(error):
                return True
            self.failures.append(Failure(step, str(error)))
            self.say(f"failed: {step}: {error}")
            return False
        return True
