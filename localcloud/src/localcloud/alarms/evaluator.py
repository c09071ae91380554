"""Evaluates every alarm of every account, again and again, and sets the states that have changed."""

import logging
import math
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from moto.cloudwatch.models import cloudwatch_backends

from localcloud.alarms.definition import Definition, read_definition
from localcloud.alarms.verdict import EXTRA_PERIODS, Verdict, judge
from localcloud.clock import Clock
from localcloud.errors import AwsError
from localcloud.metrics.queries import Grid, answer
from localcloud.metrics.store import MetricStore
from localcloud.scope import Scope

log = logging.getLogger(__name__)

_EVERY_SECONDS = 10.0
_SHORTEST_SECONDS, _LONGEST_SECONDS = 0.1, 5.0
_SHORTEST_PERIOD_SECONDS = 0.25


@dataclass(frozen=True)
class Reading:
    """What an alarm says now: its state, and the latest value of what it watches (None without data)."""

    state: str
    value: float | None


def real_period(clock: Clock, seconds: float) -> float:
    """Return how many real seconds a period of `seconds` takes here; never so few that it could hold no data."""
    return max(clock.real(seconds), _SHORTEST_PERIOD_SECONDS)


class Evaluator:
    """Looks at complete periods only, whose length is the alarm's divided by the clock's speed."""

    def __init__(
        self, store: MetricStore, clock: Clock, client: Callable[[str, Scope], Any], lock: threading.RLock
    ) -> None:
        self._store = store
        self._clock = clock
        self._client = client
        self._lock = lock
        self._failing: set[str] = set()

    def run(self, stop: threading.Event) -> None:
        """Evaluate until `stop` is set."""
        pause = min(max(self._clock.real(_EVERY_SECONDS), _SHORTEST_SECONDS), _LONGEST_SECONDS)
        while not stop.wait(pause):
            self.step(time.time())

    def step(self, now: float) -> None:
        """Evaluate all alarms once, as of `now` (seconds since the epoch)."""
        for definition, present in self._alarms():
            try:
                verdict = self.judge(definition, now)
                if verdict is not None and verdict.state != present:
                    self._set(definition, verdict)
                self._failing.discard(definition.arn)
            except Exception as error:  # one broken alarm must not keep the others from being evaluated
                if definition.arn not in self._failing:
                    log.warning("alarm %s cannot be evaluated: %s", definition.name, error)
                self._failing.add(definition.arn)

    def judge(self, definition: Definition, now: float) -> Verdict | None:
        """Return what the complete periods before `now` say of an alarm, or None to keep its state."""
        grid = self._grid(definition, now)
        try:
            values = answer(self._store, definition.queries, grid)[definition.watched]
        except AwsError as error:
            return Verdict(state="INSUFFICIENT_DATA", reason=f"Unchecked: {error.message}", data="{}")
        return judge(definition, grid.starts, values)

    def read(self, scope: Scope, name: str, now: float) -> Reading | None:
        """Return the state of an alarm and its latest value as of `now`, or None where there is no such alarm."""
        with self._lock:
            alarm = cloudwatch_backends[scope.account][scope.region].alarms.get(name)
            definition = read_definition(scope, alarm) if alarm else None
            state = alarm.state_value if alarm else ""
        if definition is None:
            return None
        try:
            values = answer(self._store, definition.queries, self._grid(definition, now))[definition.watched]
        except AwsError:  # what cannot be computed here has no value; the alarm itself says why
            return Reading(state, None)
        return Reading(state, next((value for value in reversed(values) if value is not None), None))

    def _grid(self, definition: Definition, now: float) -> Grid:
        period = real_period(self._clock, definition.period)
        length = definition.periods + EXTRA_PERIODS
        return Grid(math.floor(now / period) * period - length * period, period, length)

    def _alarms(self) -> list[tuple[Definition, str]]:
        with self._lock:
            return list(_defined())

    def _set(self, definition: Definition, verdict: Verdict) -> None:
        self._client("cloudwatch", definition.scope).set_alarm_state(
            AlarmName=definition.name,
            StateValue=verdict.state,
            StateReason=verdict.reason[:1023],
            StateReasonData=verdict.data[:4000],
        )


def _defined() -> Iterator[tuple[Definition, str]]:
    for account, regions in list(cloudwatch_backends.items()):
        for region, backend in list(regions.items()):
            for alarm in list(backend.alarms.values()):
                definition = read_definition(Scope(account, region), alarm)
                if definition is not None:
                    yield definition, alarm.state_value
