"""Carries out an endpoint update: the new fleet beside the old, traffic in stages, and back again on trouble."""

import logging
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from localcloud.errors import AwsError
from localcloud.sagemaker.endpoints.deployment import Observed, Phase, Plan, Stage, State, decide
from localcloud.sagemaker.endpoints.fleet import Fleet
from localcloud.sagemaker.endpoints.host import EndpointHost, describe_fleets
from localcloud.sagemaker.endpoints.record import DEPLOYMENT_CHANGE, STATE_CHANGE
from localcloud.sagemaker.endpoints.router import Target
from localcloud.sagemaker.endpoints.variants import VariantTarget, describe_capture, describe_variant

log = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class Update:
    """What an accepted UpdateEndpoint asks for."""

    config: Mapping[str, Any]
    targets: Mapping[str, VariantTarget]
    plan: Plan
    started: datetime


class Rollout:
    """A task of the endpoint's thread: asks `decide` what comes next and does it."""

    def __init__(self, host: EndpointHost, update: Update) -> None:
        self._host = host
        self._update = update
        self._state = State()
        self._fleets: dict[str, Fleet] | None = None
        self._elapsed = 0.0
        self._last = time.monotonic()

    def tick(self) -> bool:
        """Take the next step; return whether the update is over, one way or the other."""
        failure = self._launch() if self._fleets is None else self._watch()
        before = self._state
        self._state = decide(self._update.plan, before, self._observe(failure))
        if self._state == before:
            return False
        return self._enter(self._state)

    def _launch(self) -> str | None:
        try:
            self._fleets = self._host.start_fleets(self._update.config, self._update.targets)
        except AwsError as error:
            return error.message
        except Exception as error:
            log.exception("endpoint %s: the new fleet could not be started", self._host.record.name)
            return f"{type(error).__name__}: {error}"
        return None

    def _watch(self) -> str | None:
        fleets = (self._fleets or {}).values()
        return next((reason for fleet in fleets if (reason := fleet.tick())), None)

    def _observe(self, failure: str | None) -> Observed:
        self._advance_time()
        fleets = (self._fleets or {}).values()
        launched = self._fleets is not None and all(fleet.launched for fleet in fleets)
        alarms = self._update.plan.alarms
        return Observed(
            elapsed=self._elapsed,
            launched=launched,
            launch_failure=failure,
            alarms=self._host.cloud.alarms.states(self._host.record.scope, alarms) if launched and alarms else {},
        )

    def _advance_time(self) -> None:
        now = time.monotonic()
        # Processes do not start faster on a faster clock, so launching is not charged at the cloud's pace.
        pace = 1.0 if self._state.phase is Phase.LAUNCHING else self._host.cloud.clock.speed
        self._elapsed += (now - self._last) * pace
        self._last = now

    def _enter(self, state: State) -> bool:
        if state.phase is Phase.BAKING:
            self._bake(self._update.plan.stages[state.stage])
            return False
        if state.phase is Phase.COMPLETED:
            self._complete()
        else:
            self._go_back(state.reason or "The deployment failed.")
        return True

    def _bake(self, stage: Stage) -> None:
        self._host.router.switch(self._shares(stage))
        self._tell_pending({name: ("Baking", stage.message(name)) for name in self._new})
        if stage.bake_seconds:
            self._host.record.announce(DEPLOYMENT_CHANGE)

    @property
    def _new(self) -> dict[str, Fleet]:
        return self._fleets or {}

    def _shares(self, stage: Stage) -> list[Target]:
        """Split each variant's weight between the fleets as the new fleet's active instances to all of them."""
        targets: list[Target] = []
        for name, fleet in self._new.items():
            weight, active = self._update.targets[name].weight, stage.active[name]
            share = min(1.0, active / self._update.targets[name].count)
            targets.append(Target(fleet, weight * share, active))
            if name in self._host.fleets and share < 1:
                old = self._host.fleets[name]
                targets.append(Target(old, weight * (1 - share), old.desired))
        return targets

    def _tell_pending(self, statuses: Mapping[str, tuple[str, str]]) -> None:
        now = self._host.cloud.clock.now()
        self._host.record.write(
            PendingDeploymentSummary={
                "EndpointConfigName": self._update.config["EndpointConfigName"],
                "StartTime": self._update.started,
                "ProductionVariants": describe_fleets(
                    self._new, self._update.targets, {name: (*text, now) for name, text in statuses.items()}
                ),
            }
        )

    def _complete(self) -> None:
        host, old = self._host, self._host.fleets
        host.go_live(self._update.config, self._new, self._update.targets)
        host.retire(old)
        capture = describe_capture(self._update.config)
        changes = {"DataCaptureConfig": capture} if capture else {}
        host.record.write(
            EndpointStatus="InService",
            EndpointConfigName=self._update.config["EndpointConfigName"],
            ProductionVariants=host.describe_variants(),
            _Config=dict(self._update.config),
            drop=("PendingDeploymentSummary", "FailureReason", "DataCaptureConfig"),
            **changes,
        )
        host.record.announce(STATE_CHANGE, DEPLOYMENT_CHANGE)

    def _go_back(self, reason: str) -> None:
        host = self._host
        host.router.switch(host.full_traffic())
        host.record.write(EndpointStatus="RollingBack", FailureReason=reason[:1024])
        host.record.announce(STATE_CHANGE, DEPLOYMENT_CHANGE)
        host.retire(self._new)
        host.record.write(
            EndpointStatus="InService", ProductionVariants=host.describe_variants(), drop=("PendingDeploymentSummary",)
        )
        host.record.announce(STATE_CHANGE, DEPLOYMENT_CHANGE)


def pending_summary(update: Update) -> dict[str, Any]:
    """Return the PendingDeploymentSummary of an update that has just been accepted."""
    return {
        "EndpointConfigName": update.config["EndpointConfigName"],
        "StartTime": update.started,
        "ProductionVariants": [
            describe_variant(
                name,
                target,
                current_count=0,
                status=("Creating", f"Launching {target.count} instance(s).", update.started),
            )
            for name, target in update.targets.items()
        ],
    }
