"""Carries out UpdateEndpointWeightsAndCapacities: other weights and instance counts for the same configuration."""

from collections.abc import Mapping

from localcloud.sagemaker.endpoints.host import EndpointHost
from localcloud.sagemaker.endpoints.record import DEPLOYMENT_CHANGE, STATE_CHANGE
from localcloud.sagemaker.endpoints.variants import VariantTarget


class Scaling:
    """A task of the endpoint's thread. When a new instance cannot start, the old counts and weights come back."""

    def __init__(self, host: EndpointHost, targets: Mapping[str, VariantTarget]) -> None:
        self._host = host
        self._targets = {**host.targets, **targets}
        self._before = dict(host.targets)
        self._begun = False

    def tick(self) -> bool:
        """Take the next step."""
        if not self._begun:
            self._begun = True
            # Surplus instances go last, when the weights no longer count on them.
            for name, fleet in self._host.fleets.items():
                if self._targets[name].count > fleet.desired:
                    fleet.scale(self._targets[name].count)
        fleets = self._host.fleets.values()
        failure = next((reason for fleet in fleets if (reason := fleet.tick())), None)
        if failure:
            return self._go_back(failure)
        return all(fleet.launched for fleet in fleets) and self._finish(None)

    def _go_back(self, reason: str) -> bool:
        self._targets = self._before
        self._host.record.write(EndpointStatus="RollingBack")
        self._host.record.announce(STATE_CHANGE, DEPLOYMENT_CHANGE)
        return self._finish(reason)

    def _finish(self, reason: str | None) -> bool:
        host = self._host
        host.targets = self._targets
        surplus = [
            instance for name, fleet in host.fleets.items() for instance in fleet.scale(self._targets[name].count)
        ]
        host.router.switch(host.full_traffic())
        host.dismiss(surplus)
        host.tell(
            EndpointStatus="InService",
            drop=("FailureReason",),
            **({"FailureReason": reason[:1024]} if reason else {}),
        )
        host.record.announce(STATE_CHANGE, DEPLOYMENT_CHANGE)
        return True
