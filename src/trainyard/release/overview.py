"""A service as it is right now: what serves, how well, who is changing it, and which dials wait."""

from dataclasses import asdict, dataclass
from typing import Any

from stacks.outputs import PlatformOutputs, ServiceOutputs
from trainyard.release.clients import Clients
from trainyard.release.observe import (
    ConfigState,
    EndpointState,
    agrees,
    describe_alarms,
    describe_config,
    describe_endpoint,
)
from trainyard.release.package import container_of_model
from trainyard.release.prepare import wanted_fleet
from trainyard.release.record import BASELINE, LivePointer, Record
from trainyard.release.table import DeploymentTable
from trainyard.release.view import document
from trainyard.shadow.table import ShadowTable


@dataclass(frozen=True, kw_only=True)
class Dial:
    """A setting whose live value is not the stack file's: it waits for a config-only release."""

    name: str
    live: str
    wanted: str


@dataclass(frozen=True, kw_only=True)
class Overview:
    """One model service."""

    service: str
    endpoint: str
    endpoint_status: str
    """`Missing` where there is no endpoint."""
    live_version: str
    release: str
    """The release that made it live; empty for the day-0 model."""
    endpoint_config_name: str
    pending_config: str
    instances: int
    minimum_instances: int
    maximum_instances: int
    alarms: dict[str, str]
    open_release: dict[str, Any] | None
    shadow: dict[str, Any] | None
    """A version that is tried beside the live one."""
    waiting_dials: tuple[Dial, ...]
    last_releases: tuple[dict[str, Any], ...]

    def document(self) -> dict[str, Any]:
        """Return the overview as JSON types."""
        return asdict(self)


def overview(platform: PlatformOutputs, service: ServiceOutputs, clients: Clients, table: DeploymentTable) -> Overview:
    """Look at one service."""
    endpoint = describe_endpoint(clients.sagemaker, service.endpoint_name)
    config = describe_config(clients.sagemaker, endpoint.config_name) if endpoint else None
    pointer = _true_pointer(table.pointer(service.name), config)
    current = pointer.current if pointer else None
    record = table.get(service.name, current.release_id) if current else None
    alarms = describe_alarms(clients.cloudwatch, (*service.endpoint_alarms, *(current.alarms if current else ())))
    open_id = table.open_release(service.name)
    opened = table.get(service.name, open_id) if open_id else None
    return Overview(
        service=service.name,
        endpoint=service.endpoint_name,
        endpoint_status=endpoint.status if endpoint else "Missing",
        live_version=current.version if current else BASELINE if endpoint else "",
        release=current.release_id if current else "",
        endpoint_config_name=endpoint.config_name if endpoint else "",
        pending_config=endpoint.pending_config if endpoint else "",
        instances=endpoint.desired_count if endpoint else 0,
        minimum_instances=service.serving.minimum_instances,
        maximum_instances=service.serving.maximum_instances,
        alarms={name: state.state for name, state in alarms.items()},
        open_release=document(opened) if opened else None,
        shadow=_shadow(clients, table, service.name),
        waiting_dials=_waiting(platform, service, clients, endpoint, config, record) if endpoint and config else (),
        last_releases=tuple(document(one) for one in table.releases(service.name, limit=5)),
    )


def _true_pointer(pointer: LivePointer | None, config: ConfigState | None) -> LivePointer | None:
    """Return the pointer where the endpoint agrees with it: the endpoint has the last word."""
    return pointer if pointer and agrees(pointer.current, config) else None


def _shadow(clients: Clients, table: DeploymentTable, service: str) -> dict[str, Any] | None:
    record = ShadowTable(clients.dynamodb, table.name).get(service)
    return record.document() if record else None


def _waiting(
    platform: PlatformOutputs,
    service: ServiceOutputs,
    clients: Clients,
    endpoint: EndpointState,
    config: ConfigState,
    record: Record | None,
) -> tuple[Dial, ...]:
    wanted = wanted_fleet(platform, service)
    pairs = [
        ("instance_type", config.instance_type, wanted.instance_type),
        ("instance_count", config.instance_count, wanted.instance_count),
        ("capture_percent", endpoint.capture_percent, wanted.capture_percent),
    ]
    if record:
        environment = record.plan.fleet.environment
    else:  # the day-0 model mixes the dials with what its image needs, so only the dials' own names can be compared
        environment = container_of_model(clients.sagemaker, config.model_name).environment
        environment = {key: value for key, value in environment.items() if key in wanted.environment}
    for key in sorted({*environment, *wanted.environment}):
        pairs.append((f"environment.{key}", environment.get(key, "not set"), wanted.environment.get(key, "not set")))
    return tuple(Dial(name=name, live=str(live), wanted=str(want)) for name, live, want in pairs if live != want)
