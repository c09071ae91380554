"""Brings an endpoint up: at CreateEndpoint, and again when the cloud starts with endpoints it remembers."""

import logging
from collections.abc import Mapping
from typing import Any

from localcloud.errors import AwsError
from localcloud.sagemaker.endpoints.fleet import Fleet
from localcloud.sagemaker.endpoints.host import EndpointHost
from localcloud.sagemaker.endpoints.record import DEPLOYMENT_CHANGE, STATE_CHANGE
from localcloud.sagemaker.endpoints.variants import VariantTarget, counts_of

log = logging.getLogger(__name__)


class Creation:
    """Starts the fleets of a configuration and opens the endpoint once all instances serve, or declares it failed.

    `reason` is what a restarted endpoint has to say for itself (an update that was cut off), else None.
    """

    def __init__(
        self,
        host: EndpointHost,
        config: Mapping[str, Any],
        targets: Mapping[str, VariantTarget],
        *,
        reason: str | None = None,
    ) -> None:
        self._host = host
        self._config = config
        self._targets = targets
        self._reason = reason
        self._fleets: dict[str, Fleet] | None = None

    def tick(self) -> bool:
        """Take the next step."""
        if self._fleets is None:
            try:
                self._fleets = self._host.start_fleets(self._config, counts_of(self._targets))
            except AwsError as error:
                return self._fail(error.message)
            except Exception as error:
                log.exception("endpoint %s could not be started", self._host.record.name)
                return self._fail(f"{type(error).__name__}: {error}")
        failures = [reason for fleet in self._fleets.values() if (reason := fleet.tick())]
        if failures:
            return self._fail(failures[0])
        return all(fleet.launched for fleet in self._fleets.values()) and self._open(self._fleets)

    def _open(self, fleets: Mapping[str, Fleet]) -> bool:
        host = self._host
        host.go_live(self._config, fleets, self._targets)
        before = host.record.read().get("EndpointStatus")
        kept = {"FailureReason": self._reason} if self._reason else {}
        host.tell(
            EndpointStatus="InService",
            drop=("PendingDeploymentSummary", "FailureReason"),
            **kept,
        )
        if before != "InService":
            host.record.announce(STATE_CHANGE, *((DEPLOYMENT_CHANGE,) if self._reason else ()))
        return True

    def _fail(self, reason: str) -> bool:
        self._host.stop_fleets(self._fleets or {})
        self._host.record.write(
            EndpointStatus="Failed",
            FailureReason=reason[:1024],
            drop=("PendingDeploymentSummary", "ProductionVariants", "ShadowProductionVariants"),
        )
        self._host.record.announce(STATE_CHANGE)
        return True
