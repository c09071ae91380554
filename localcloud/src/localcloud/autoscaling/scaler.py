"""Looks at every scalable target, again and again, and scales what should have another count."""

import logging
import threading
from datetime import UTC, datetime

from localcloud.alarms import Evaluator
from localcloud.autoscaling.idle import fill_idle_period
from localcloud.autoscaling.records import TARGET
from localcloud.autoscaling.scheduling import run_due_actions
from localcloud.autoscaling.steering import Steering
from localcloud.cloud import Cloud
from localcloud.metrics import MetricStore
from localcloud.scope import Scope
from localcloud.store import Document

log = logging.getLogger(__name__)

_EVERY_SECONDS = 10.0
_SHORTEST_SECONDS, _LONGEST_SECONDS = 0.1, 5.0


class Scaler:
    """Carries out what policies, schedules and limits ask for; what it remembers lies in the cloud's store."""

    def __init__(self, cloud: Cloud, evaluator: Evaluator, metrics: MetricStore) -> None:
        self._cloud = cloud
        self._evaluator = evaluator
        self._metrics = metrics
        self._failing: set[tuple[Scope, str]] = set()

    def run(self, stop: threading.Event) -> None:
        """Scale until `stop` is set."""
        pause = min(max(self._cloud.clock.real(_EVERY_SECONDS), _SHORTEST_SECONDS), _LONGEST_SECONDS)
        while not stop.wait(pause):
            self.step(datetime.now(UTC))

    def step(self, now: datetime) -> None:
        """Look at all targets once, as of `now`."""
        for scope, resource_id, target in self._cloud.store.scan(TARGET):
            try:
                self._look(scope, target, now)
                self._failing.discard((scope, resource_id))
            except Exception:  # one target that cannot be scaled must not keep the others from it
                gone = self._cloud.stopping.is_set() or self._cloud.store.get(scope, TARGET, resource_id) is None
                if (scope, resource_id) not in self._failing and not gone:
                    log.exception("scaling of %s failed; it is tried again", resource_id)
                self._failing.add((scope, resource_id))

    def _look(self, scope: Scope, target: Document, now: datetime) -> None:
        run_due_actions(self._cloud, scope, target, now)
        fill_idle_period(self._cloud, self._metrics, scope, target["ResourceId"], now)
        Steering(self._cloud, self._evaluator, scope, target["ResourceId"]).step(now)
