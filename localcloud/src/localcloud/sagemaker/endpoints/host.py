"""The process side of one endpoint: its fleets, its router, and the one thread that looks after them."""

import logging
import threading
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

from localcloud.cloud import Cloud
from localcloud.sagemaker.endpoints.container import prepare_container
from localcloud.sagemaker.endpoints.fleet import Fleet, FleetSpec, stop_instances
from localcloud.sagemaker.endpoints.instance import Instance
from localcloud.sagemaker.endpoints.record import EndpointRecord
from localcloud.sagemaker.endpoints.router import Router, Target
from localcloud.sagemaker.endpoints.side import Side
from localcloud.sagemaker.endpoints.variants import VariantTarget, describe_variant, sorted_variants, variants_of
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

    `fleets` and `targets` are those of the configuration in force, by variant; `stranded` are fleets of another one,
    which a failed rollback left in service. `settled` is set while no task is under way; `reviving` marks an endpoint
    that was in service before the cloud was stopped.
    """

    def __init__(self, cloud: Cloud, scope: Scope, name: str) -> None:
        self.cloud = cloud
        self.record = EndpointRecord(cloud, scope, name)
        self.router = Router()
        self.fleets: dict[str, Fleet] = {}
        self.stranded: dict[str, Fleet] = {}
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

    def start_fleets(self, config: Mapping[str, Any], counts: Mapping[str, int]) -> dict[str, Fleet]:
        """Start a fleet of `counts` instances for each variant of `config`; they serve once traffic is routed to them.

        Raises:
            ValidationError: a model, its image or its data is missing.
        """
        self._generation += 1
        fleets: dict[str, Fleet] = {}
        try:
            for variant in variants_of(config):
                name = variant["VariantName"]
                spec = self._fleet_spec(config, variant)
                fleets[name] = Fleet(spec, counts[name], beside=bool(self.router.targets))
                self._started.append(fleets[name])
        except Exception:
            self.stop_fleets(fleets)
            raise
        return fleets

    def go_live(
        self, config: Mapping[str, Any], fleets: Mapping[str, Fleet], targets: Mapping[str, VariantTarget]
    ) -> None:
        """Make these fleets the endpoint's own and give them all traffic."""
        self.config, self.fleets, self.targets, self.stranded = config, dict(fleets), dict(targets), {}
        self.router.switch(self.full_traffic())

    @property
    def live(self) -> Side:
        """What serves the endpoint while nothing is under way."""
        return Side(config=self.config, targets=self.targets, fleets=self.fleets, stranded=self.stranded)

    def full_traffic(self) -> list[Target]:
        """Return the routing table of what is live with nothing else beside it."""
        live = self.live
        return [
            target
            for name in live.production
            for target in live.shares(name, self.targets[name].weight, self.targets[name].count)
        ]

    def tell(self, *, drop: Iterable[str] = (), **changes: Any) -> None:
        """Write what the variants are now into the endpoint's record, with other changes."""
        self.record.write(drop=(*drop, "ShadowProductionVariants"), **describe_side(self.live, {}), **changes)

    def retire(self, side: Side) -> None:
        """Let requests that are under way on a side end, then stop its fleets."""
        for fleets in (side.fleets, side.stranded):
            self.drain([instance for fleet in fleets.values() for instance in fleet.instances])
            self.stop_fleets(fleets)

    def dismiss(self, instances: Sequence[Instance]) -> None:
        """Let requests that are under way on instances that were given up end, then stop them."""
        self.drain(instances)
        stop_instances(instances)

    def stop_fleets(self, fleets: Mapping[str, Fleet]) -> None:
        """Stop fleets at once."""
        for fleet in fleets.values():
            fleet.stop()
            if fleet in self._started:
                self._started.remove(fleet)

    def drain(self, instances: Sequence[Instance]) -> None:
        """Wait until instances that take no new requests have finished the old ones."""
        if not self.router.drain(instances, _DRAIN_SECONDS, self._ended):
            log.warning("endpoint %s: requests under way were cut off", self.record.name)

    def _tick(self) -> None:
        for fleet in (*self.fleets.values(), *self.stranded.values()):
            fleet.tick()
        if self._task is not None and self._task.tick():
            self._task = None
            self.settled.set()
        elif self._task is None and self.fleets:
            self._tell_counts()

    def _tell_counts(self) -> None:
        told, now = variants_of(self.record.read()), variants_of(describe_side(self.live, {}))
        if _counts(told) != _counts(now):
            self.tell()

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


def describe_side(side: Side, statuses: Mapping[str, tuple[str, str, datetime]]) -> Document:
    """Return a side's ProductionVariants, and ShadowProductionVariants if it has any.

    Args:
        side: the fleets.
        statuses: a stage, its message and when it began, by variant.
    """
    described = [
        describe_variant(
            name,
            side.targets[name],
            current_count=sum(len(fleet.serving()) for fleet in side.parts(name)),
            images=[deployed_image(fleet) for fleet in side.parts(name)],
            status=statuses.get(name),
        )
        for name in side.fleets
    ]
    return sorted_variants(side.config, described)


def _counts(described: Sequence[Mapping[str, Any]]) -> list[Any]:
    return [variant.get("CurrentInstanceCount") for variant in described]


def deployed_image(fleet: Fleet) -> Document:
    """Return the DeployedImage of a fleet: as named, and by digest."""
    container = fleet.spec.container
    repository = container.image.uri.partition("@")[0].rpartition(":")[0] or container.image.uri
    return {
        "SpecifiedImage": container.specified_image,
        "ResolvedImage": f"{repository}@{container.image.digest}",
        "ResolutionTime": fleet.started,
    }
