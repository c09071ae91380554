"""One side of a deployment: what serves one endpoint configuration, its share of the traffic, how it grows and goes.

An endpoint in service has one side. Where a rolling update and its rollback both failed, that side also has instances
that were stranded with the other configuration; they are the first to go.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from localcloud.sagemaker.endpoints.fleet import Fleet
from localcloud.sagemaker.endpoints.instance import Instance
from localcloud.sagemaker.endpoints.router import Target
from localcloud.sagemaker.endpoints.variants import VariantTarget, shadow_names


@dataclass(kw_only=True)
class Side:
    """Fleets by variant; none while nothing was started."""

    config: Mapping[str, Any]
    targets: Mapping[str, VariantTarget]
    fleets: dict[str, Fleet] = field(default_factory=dict)
    stranded: dict[str, Fleet] = field(default_factory=dict)

    @property
    def launched(self) -> bool:
        """Whether there are instances, and all that were asked for serve."""
        return bool(self.fleets) and all(fleet.launched for fleet in self.fleets.values())

    def watch(self) -> str | None:
        """Look after the instances; return why they cannot start, or None."""
        return next((reason for fleet in self.fleets.values() if (reason := fleet.tick())), None)

    @property
    def production(self) -> list[str]:
        """The names of the variants that answer requests; shadows only get copies."""
        return [name for name in self.fleets if name not in shadow_names(self.config)]

    def counts(self) -> dict[str, int]:
        """Return how many instances each production variant has, whatever their health."""
        return {name: sum(fleet.desired for fleet in self.parts(name)) for name in self.production}

    def shares(self, name: str, weight: float, active: int) -> list[Target]:
        """Return the targets that give `weight` to `active` instances of a variant, none if the side has no such."""
        parts, mirror = self.parts(name), self._mirror(name)
        whole = sum(fleet.desired for fleet in parts)
        return [Target(fleet, weight * fleet.desired / whole, active, mirror) for fleet in parts if fleet.desired]

    def grow(self, counts: Mapping[str, int]) -> None:
        """Launch what is missing to have so many instances."""
        for name, count in counts.items():
            missing = count - sum(fleet.desired for fleet in self.parts(name))
            if missing > 0:
                self.fleets[name].scale(self.fleets[name].desired + missing)

    def shrink(self, counts: Mapping[str, int]) -> list[Instance]:
        """Keep so many instances; return the others for draining and stopping."""
        surplus: list[Instance] = []
        for name in self.fleets.keys() & counts.keys():
            spare = sum(fleet.desired for fleet in self.parts(name)) - counts[name]
            for fleet in reversed(self.parts(name)):
                gone = max(0, min(fleet.desired, spare))
                surplus += fleet.scale(fleet.desired - gone) if gone else []
                spare -= gone
        return surplus

    def settle(self) -> list[Instance]:
        """Be content with the instances that serve; give up the others and return them."""
        return [instance for fleet in self.fleets.values() for instance in fleet.settle()]

    def _mirror(self, name: str) -> Target | None:
        """Return where copies of a variant's requests go.

        The shadow's weight against the production variant's is the share that is copied: in AWS's example ("Shadow
        variants" in its guide) both are 1.
        """
        weight = self.targets[name].weight if name in self.targets else 0.0
        for shadow in shadow_names(self.config) & self.fleets.keys():
            share = self.targets[shadow].weight / weight if weight else 0.0
            return Target(self.fleets[shadow], share, self.fleets[shadow].desired)
        return None

    def parts(self, name: str) -> list[Fleet]:
        """Return the fleets of a variant: the side's own, then the stranded one."""
        return [side[name] for side in (self.fleets, self.stranded) if name in side]
