"""Carries out an endpoint update, whatever its strategy: what the plan's stages ask for, and back again on trouble.

A rollback is the same work with the sides exchanged: the old one rises, the new one falls.
"""

import logging
import time
from typing import Any

from localcloud.errors import AwsError
from localcloud.sagemaker.endpoints.course import Course, Update, variant_status
from localcloud.sagemaker.endpoints.deployment import Observed, Phase, State, alarms_count, decide
from localcloud.sagemaker.endpoints.host import EndpointHost, describe_side
from localcloud.sagemaker.endpoints.plans import plan_rollback
from localcloud.sagemaker.endpoints.record import DEPLOYMENT_CHANGE, STATE_CHANGE
from localcloud.sagemaker.endpoints.side import Side
from localcloud.sagemaker.endpoints.variants import counts_of, describe_capture

log = logging.getLogger(__name__)


class Rollout:
    """A task of the endpoint's thread: asks `decide` what comes next and does it."""

    def __init__(self, host: EndpointHost, update: Update) -> None:
        self._host = host
        self._update = update
        self._new = Side(config=update.config, targets=update.targets)
        self._old = host.live
        self._course = Course(plan=update.plan, rising=self._new, falling=self._old, state=State())
        self._failure: str | None = None
        self._elapsed = 0.0
        self._last = time.monotonic()

    def tick(self) -> bool:
        """Take the next step; return whether the update is over, one way or the other."""
        course = self._course
        trouble = self._launch(course) if course.due else course.rising.watch()
        before = course.state
        course.state = decide(course.plan, before, self._observe(course, trouble))
        if course.state == before:
            return False
        if before.phase is Phase.BAKING and course.state.phase is not Phase.FAILED:
            self._host.dismiss(course.falling.shrink(course.plan.stages[before.stage].keep))
        return self._enter(course)

    def _launch(self, course: Course) -> str | None:
        course.due = False
        try:
            if course.rising.fleets:
                course.rising.grow(course.stage.launch)
            else:
                counts = {**counts_of(course.rising.targets), **course.stage.launch}
                course.rising.fleets = self._host.start_fleets(course.rising.config, counts)
        except AwsError as error:
            return error.message
        except Exception as error:
            log.exception("endpoint %s: instances could not be started", self._host.record.name)
            return f"{type(error).__name__}: {error}"
        return course.rising.watch()

    def _observe(self, course: Course, trouble: str | None) -> Observed:
        self._advance_time(course.state)
        launched = course.rising.launched
        asked = course.plan.alarms if alarms_count(course.state, launched=launched) else ()
        return Observed(
            elapsed=self._elapsed,
            launched=launched,
            launch_failure=trouble,
            alarms=self._host.cloud.alarms.states(self._host.record.scope, asked) if asked else {},
        )

    def _advance_time(self, state: State) -> None:
        now = time.monotonic()
        # Processes do not start faster on a faster clock, so launching is not charged at the cloud's pace.
        pace = 1.0 if state.phase is Phase.LAUNCHING else self._host.cloud.clock.speed
        self._elapsed += (now - self._last) * pace
        self._last = now

    def _enter(self, course: Course) -> bool:
        if course.state.phase is Phase.LAUNCHING:
            course.due = True
            self._tell(course)
            return False
        if course.state.phase is Phase.BAKING:
            self._host.router.switch(course.traffic())
            self._tell(course)
            return False
        if course.state.phase is Phase.COMPLETED:
            return self._end() if self._failure else self._complete()
        reason = course.state.reason or "The deployment failed."
        return self._strand(reason) if self._failure else self._go_back(reason)

    def _tell(self, course: Course) -> None:
        """Let DescribeEndpoint and the event bus know where the deployment stands."""
        now = self._host.cloud.clock.now()
        back = self._failure is not None
        statuses = {name: (*variant_status(course, name, back=back), now) for name in self._new.production}
        self._host.tell(
            PendingDeploymentSummary={
                "EndpointConfigName": self._update.config["EndpointConfigName"],
                "StartTime": self._update.started,
                **describe_side(self._new, statuses),
            },
        )
        if course.state.phase is Phase.BAKING and course.stage.bake_seconds:
            self._host.record.announce(DEPLOYMENT_CHANGE)

    def _complete(self) -> bool:
        host = self._host
        host.go_live(self._update.config, self._new.fleets, self._update.targets)
        host.retire(self._old)
        capture = describe_capture(self._update.config)
        changes = {"DataCaptureConfig": capture} if capture else {}
        return self._finish(
            "InService",
            EndpointConfigName=self._update.config["EndpointConfigName"],
            _Config=dict(self._update.config),
            drop=("FailureReason", "DataCaptureConfig"),
            **changes,
        )

    def _go_back(self, reason: str) -> bool:
        """Begin the rollback, at once: each request meanwhile may meet the instances that caused it."""
        self._failure = reason
        self._host.record.write(EndpointStatus="RollingBack", FailureReason=reason[:1024])
        self._host.record.announce(STATE_CHANGE, DEPLOYMENT_CHANGE)
        plan = plan_rollback(self._update.plan, self._old.counts(), self._new.counts())
        self._course = Course(plan=plan, rising=self._old, falling=self._new, state=State())
        return self.tick()

    def _end(self) -> bool:
        """End a rollback; instances that were stranded before this update may still be there."""
        host = self._host
        if not any(fleet.desired for fleet in host.stranded.values()):
            host.stop_fleets(host.stranded)
            host.stranded = {}
        host.router.switch(host.full_traffic())
        host.retire(self._new)
        return self._finish("UpdateRollbackFailed" if host.stranded else "InService")

    def _strand(self, reason: str) -> bool:
        """Leave the endpoint in service with what serves of both configurations."""
        host, before = self._host, Side(config={}, targets={}, stranded=self._host.stranded)
        failed = [*self._new.settle(), *self._old.settle()]
        host.stranded = dict(self._new.fleets)
        host.router.switch(host.full_traffic())
        host.dismiss(failed)
        host.retire(before)
        text = f"{self._failure} The rollback failed: {reason}"
        return self._finish("UpdateRollbackFailed", FailureReason=text[:1024])

    def _finish(self, status: str, *, drop: tuple[str, ...] = (), **changes: Any) -> bool:
        self._host.tell(EndpointStatus=status, drop=("PendingDeploymentSummary", *drop), **changes)
        self._host.record.announce(STATE_CHANGE, DEPLOYMENT_CHANGE)
        return True
