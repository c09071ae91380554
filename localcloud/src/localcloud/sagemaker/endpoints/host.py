"""The process side of one endpoint: its fleets, its router, and the one thread that looks after them."""

import logging
import threading
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

from localcloud.cloud import Cloud
from localcloud.sagemaker.endpoints.container import prepare_container
from localcloud.sagemaker.endpoints.fleet import Fleet, FleetSpec
from localcloud.sagemaker.endpoints.instance import Instance
from localcloud.sagemaker.endpoints.record import EndpointRecord
from localcloud.sagemaker.endpoints.router import Router, Target
from localcloud.sagemaker.endpoints.variants import VariantTarget, describe_variant
from localcloud.scope import Scope
from localcloud.store import Document

log = logging.getLogger(__name__)

_BUSY_TICK_SECONDS = 0.05
_IDLE_TICK_SECONDS = 0.5
# AWS gives a container eight minutes to answer pings; sped up, it still gets what a slow import needs on a laptop.
START_LIMIT_SECONDS = 480.0
SHORTEST_START_LIMIT_SECONDS = 60.0
# As long as a request may take.
_DRAIN_SECONDS = 65.0
_CLOSE_SECONDS = 10.0


class Task(Protocol):
    """Something that changes an endpoint step by step: creation, update, scaling, deletion."""

    def tick(self) -> bool:
        """Take the next short step; return whether the task is done."""
        ...


class EndpointHost:
    """Runs one endpoint. Its thread alone starts and stops instances; `router` serves all threads.

    `fleets` and `targets` are those of the configuration in force, by variant. `settled` is set while no task is under
    way; `reviving` marks an endpoint that was in service before the cloud was stopped.
    """

    def __init__(self, cloud: Cloud, scope: Scope, name: str) -> None:
        self.cloud = cloud
        self.record = EndpointRecord(cloud, scope, name)
        self.router = Router()
        self.fleets: dict[str, Fleet] = {}
        self.targets: dict[str, VariantTarget] = {}
        self.config: Mapping[str, Any] = {}
        self.lock = threading.Lock()
        self.settled = threading.Event()
        self.reviving = False
        self._task: Task | None = None
        self._wake = threading.Event()
        self._ended = threading.Event()
        self._generation = 0
        self._started: list[Fleet] = []
        self._thread = cloud.spawn(self._run, f"endpoint-{name}")

    def submit(self, task: Task) -> None:
        """Give the endpoint's thread a task; the caller has made sure that none is under way."""
        self.settled.clear()
        self._task = task
        self._wake.set()

    def end(self) -> None:
        """Let the endpoint's thread finish its step and end."""
        self._ended.set()
        self._wake.set()

    def close(self) -> None:
        """End the endpoint's thread and all its processes, and wait for that; what is remembered stays."""
        self.router.switch(())
        self.end()
        self._thread.join(_CLOSE_SECONDS)

    def _run(self) -> None:
        try:
            while not (self.cloud.stopping.is_set() or self._ended.is_set()):
                self._step()
                self._wake.wait(_BUSY_TICK_SECONDS if self._task else _IDLE_TICK_SECONDS)
                self._wake.clear()
        finally:
            for fleet in self._started:
                fleet.stop()

    def _step(self) -> None:
        try:
            self._tick()
        except Exception:
            if not self.cloud.stopping.is_set():
                log.exception("endpoint %s: a step failed; it is tried again", self.record.name)

    def start_fleets(self, config: Mapping[str, Any], targets: Mapping[str, VariantTarget]) -> dict[str, Fleet]:
        """Start one fleet for each variant of `config`; they serve only once traffic is routed to them.

        Raises:
            ValidationError: a model, its image or its data is missing.
        """
        self._generation += 1
        fleets: dict[str, Fleet] = {}
        try:
            for variant in config["ProductionVariants"]:
                name = variant["VariantName"]
                fleets[name] = Fleet(self._fleet_spec(config, variant), targets[name].count)
                self._started.append(fleets[name])
        except Exception:
            self.stop_fleets(fleets)
            raise
        return fleets

    def go_live(
        self, config: Mapping[str, Any], fleets: Mapping[str, Fleet], targets: Mapping[str, VariantTarget]
    ) -> None:
        """Make these fleets the endpoint's own and give them all traffic."""
        self.config, self.fleets, self.targets = config, dict(fleets), dict(targets)
        self.router.switch(self.full_traffic())

    def full_traffic(self) -> list[Target]:
        """Return the routing table of the configuration in force with nothing else beside it."""
        return [
            Target(fleet, self.targets[name].weight, self.targets[name].count) for name, fleet in self.fleets.items()
        ]

    def describe_variants(self, status: tuple[str, str, datetime] | None = None) -> list[Document]:
        """Return the ProductionVariants of the configuration in force."""
        return describe_fleets(self.fleets, self.targets, dict.fromkeys(self.fleets, status))

    def retire(self, fleets: Mapping[str, Fleet]) -> None:
        """Let requests that are under way on these fleets end, then stop them."""
        self.drain([instance for fleet in fleets.values() for instance in fleet.instances])
        self.stop_fleets(fleets)

    def stop_fleets(self, fleets: Mapping[str, Fleet]) -> None:
        """Stop fleets at once."""
        for fleet in fleets.values():
            fleet.stop()
            if fleet in self._started:
                self._started.remove(fleet)

    def drain(self, instances: list[Instance]) -> None:
        """Wait until instances that take no new requests have finished the old ones."""
        if not self.router.drain(instances, _DRAIN_SECONDS, self._ended):
            log.warning("endpoint %s: requests under way were cut off", self.record.name)

    def _tick(self) -> None:
        for fleet in self.fleets.values():
            fleet.tick()
        if self._task is not None and self._task.tick():
            self._task = None
            self.settled.set()
        elif self._task is None and self.fleets:
            self._tell_counts()

    def _tell_counts(self) -> None:
        told = [variant.get("CurrentInstanceCount") for variant in self.record.read().get("ProductionVariants", ())]
        described = self.describe_variants()
        if told != [variant["CurrentInstanceCount"] for variant in described]:
            self.record.write(ProductionVariants=described)

    def _fleet_spec(self, config: Mapping[str, Any], variant: Mapping[str, Any]) -> FleetSpec:
        name, scope, home = variant["VariantName"], self.record.scope, self.cloud.home
        place = Path(scope.account, scope.region, self.record.name)
        folder = home / "endpoints" / place / f"{self._generation}-{name}"
        limit = float(variant.get("ContainerStartupHealthCheckTimeoutInSeconds", START_LIMIT_SECONDS))
        return FleetSpec(
            variant=name,
            config_name=config["EndpointConfigName"],
            container=prepare_container(self.cloud, scope, variant["ModelName"], folder),
            instance_type=variant.get("InstanceType", ""),
            start_limit_seconds=max(self.cloud.clock.real(limit), SHORTEST_START_LIMIT_SECONDS),
            folder=folder,
            log=home / "logs" / "endpoints" / place / name,
            capture=config.get("DataCaptureConfig"),
        )


def describe_fleets(
    fleets: Mapping[str, Fleet],
    targets: Mapping[str, VariantTarget],
    statuses: Mapping[str, tuple[str, str, datetime] | None],
) -> list[Document]:
    """Return ProductionVariants for these fleets."""
    return [
        describe_variant(
            name,
            targets[name],
            current_count=len(fleet.serving()),
            images=[deployed_image(fleet)],
            status=statuses.get(name),
        )
        for name, fleet in fleets.items()
    ]


def deployed_image(fleet: Fleet) -> Document:
    """Return the DeployedImage of a fleet: as named, and by digest."""
    container = fleet.spec.container
    repository = container.image.uri.partition("@")[0].rpartition(":")[0] or container.image.uri
    return {
        "SpecifiedImage": container.specified_image,
        "ResolvedImage": f"{repository}@{container.image.digest}",
        "ResolutionTime": fleet.started,
    }
