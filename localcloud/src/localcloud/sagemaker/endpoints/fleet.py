"""The instances of one production variant: started together, watched, and replaced when they die."""

import itertools
import os
import shutil
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from localcloud.sagemaker.endpoints.container import Container
from localcloud.sagemaker.endpoints.instance import Health, Instance

_FIRST_RESTART_SECONDS = 0.5
_LONGEST_RESTART_SECONDS = 30.0
# Programs that start take all the processor they can get, and customers wait meanwhile: half the cores stay theirs.
AT_ONCE = max(1, (os.cpu_count() or 1) // 2)


@dataclass(frozen=True, kw_only=True)
class FleetSpec:
    """What a fleet is made of.

    `start_limit_seconds` is real time from start to the first good ping; `capture` is a DataCaptureConfig or None.
    """

    variant: str
    config_name: str
    container: Container
    instance_type: str
    start_limit_seconds: float
    folder: Path
    log: Path
    capture: Mapping[str, Any] | None = None


class Fleet:
    """Instances of one variant under one endpoint configuration.

    One thread (the endpoint's) calls what changes the fleet; `serving` may be called by any. `beside` says that
    another fleet serves customers meanwhile: instances then start `AT_ONCE`, the next when one serves.
    """

    def __init__(self, spec: FleetSpec, count: int, *, beside: bool = False) -> None:
        self.spec = spec
        self.desired = count
        self.started = datetime.now(UTC)
        self._instances: tuple[Instance, ...] = ()
        self._turn = itertools.count()
        self._launched = False
        self._restart_at = 0.0
        self._restart_wait = _FIRST_RESTART_SECONDS
        self._start_missing(AT_ONCE if beside else count)

    @property
    def instances(self) -> tuple[Instance, ...]:
        """All instances that were started, whatever their health."""
        return self._instances

    @property
    def launched(self) -> bool:
        """Whether all instances have served at the same time once."""
        return self._launched

    def serving(self) -> list[Instance]:
        """Return the instances that can take requests, oldest first."""
        return [instance for instance in self._instances if instance.health is Health.SERVING]

    def next_turn(self) -> int:
        """Return a number that grows with each call: whose turn it is."""
        return next(self._turn)

    def tick(self) -> str | None:
        """Look after the instances; return why the fleet cannot start, or None.

        Once the fleet has been launched, dead instances are replaced and nothing is returned any more.
        """
        for instance in self._instances:
            instance.check()
        if self._launched:
            self._replace_dead()
            return None
        self._launched = len(self.serving()) >= self.desired
        failure = None if self._launched else self._launch_failure()
        if failure is None:
            self._start_missing(AT_ONCE)
        return failure

    def scale(self, count: int) -> list[Instance]:
        """Begin to start missing instances, or give up the newest ones and return them for draining."""
        self.desired = count
        surplus = self._instances[count:]
        self._instances = self._instances[:count]
        if len(self._instances) < count:
            self._launched = False
            self._start_missing(AT_ONCE)
        return list(surplus)

    def settle(self) -> list[Instance]:
        """Be content with the instances that serve; give up the others and return them."""
        failed = [instance for instance in self._instances if instance.health is not Health.SERVING]
        self._instances = tuple(self.serving())
        self.desired, self._launched = len(self._instances), True
        return failed

    def stop(self) -> None:
        """End all processes and remove the fleet's folder."""
        instances, self._instances = self._instances, ()
        stop_instances(instances)
        shutil.rmtree(self.spec.folder, ignore_errors=True)

    def _start_missing(self, at_once: int) -> None:
        """Start instances that are missing while fewer than `at_once` are starting."""
        starting = sum(instance.health is Health.STARTING for instance in self._instances)
        for _ in range(min(self.desired - len(self._instances), at_once - starting)):
            self._instances = (*self._instances, self._launch())

    def _launch(self) -> Instance:
        return Instance(self.spec.container, self.spec.folder, self.spec.log)

    def _launch_failure(self) -> str | None:
        reason = (
            f"The primary container for production variant {self.spec.variant} did not pass the ping health check. "
            "Please check CloudWatch logs for this endpoint."
        )
        for instance in self._instances:
            if instance.health is Health.EXITED:
                return f"{reason} (The container ended with exit code {instance.exit_code}; its log: {instance.log})"
            late = time.monotonic() - instance.started > self.spec.start_limit_seconds
            if instance.health is Health.STARTING and late:
                limit = self.spec.start_limit_seconds
                return f"{reason} (No good answer to GET /ping within {limit:g} seconds; its log: {instance.log})"
        return None

    def _replace_dead(self) -> None:
        dead = [instance for instance in self._instances if instance.health is Health.EXITED]
        if not dead:
            if len(self.serving()) == self.desired:
                self._restart_wait = _FIRST_RESTART_SECONDS
            return
        if time.monotonic() < self._restart_at:
            return
        # A container that keeps dying is started again ever more slowly.
        self._restart_at = time.monotonic() + self._restart_wait
        self._restart_wait = min(self._restart_wait * 2, _LONGEST_RESTART_SECONDS)
        self._instances = tuple(self._launch() if item in dead else item for item in self._instances)
        stop_instances(dead)


def stop_instances(instances: Sequence[Instance]) -> None:
    """End instances: all are asked first, so that they end side by side."""
    for instance in instances:
        instance.ask_to_end()
    for instance in instances:
        instance.stop()
