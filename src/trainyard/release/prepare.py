"""From what the operator asks to a plan: the model from the registry or the record, the dials from the environment."""

import secrets
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from stacks.outputs import PlatformOutputs, ServiceOutputs, StrategyType
from trainyard.errors import UsageError
from trainyard.release.clients import Clients
from trainyard.release.golden import load_golden
from trainyard.release.observe import describe_config, describe_endpoint, live_by
from trainyard.release.package import container_of_model, find_package
from trainyard.release.plan import Container, Fleet, Kind, ReleasePlan
from trainyard.release.record import Live
from trainyard.release.table import PREFIX, DeploymentTable

ONLINE_STORE = "ONLINE_STORE_PROJECT"
"""The environment variable that tells a container the project of its feature store."""


@dataclass(frozen=True, kw_only=True)
class Wish:
    """What the operator asks for."""

    kind: Kind
    version: str = ""
    """Of kind `model` (a number), and optionally of `rollback`; `config` keeps the live one."""
    strategy: StrategyType | None = None
    """None takes the service's own; a rollback is all at once unless told otherwise, as it is urgent."""
    golden: Path | None = None
    started_by: str = ""
    release_id: str = ""
    """Of a release that must not be made twice; empty takes a new one."""


@dataclass(frozen=True, kw_only=True)
class _Source:
    version: str
    package_arn: str
    container: Container


def prepare(
    platform: PlatformOutputs,
    service: ServiceOutputs,
    clients: Clients,
    table: DeploymentTable,
    wish: Wish,
    now: datetime,
) -> ReleasePlan:
    """Return the plan of a release; nothing is changed.

    Raises:
        UsageError: the version is unknown or was never live, or the golden requests are missing.
    """
    source = _source(service, clients, table, wish)
    chosen = wish.strategy or ("all_at_once" if wish.kind == "rollback" else service.strategy.type)
    return ReleasePlan(
        environment=platform.environment,
        service=service.name,
        release_id=wish.release_id or new_release_id(now),
        kind=wish.kind,
        endpoint_name=service.endpoint_name,
        variant_name=service.variant_name,
        version=source.version,
        model_package_arn=source.package_arn,
        container=source.container,
        fleet=wanted_fleet(platform, service),
        strategy=service.strategy.model_copy(update={"type": chosen}),
        thresholds=service.thresholds,
        endpoint_alarms=tuple(service.endpoint_alarms),
        approvals_required=service.approvals_required,
        topic_arn=platform.notifications_topic_arn,
        golden=load_golden(service.name, wish.golden),
        started_by=wish.started_by,
    )


def wanted_fleet(platform: PlatformOutputs, service: ServiceOutputs) -> Fleet:
    """Return the fleet that the environment's dials ask for."""
    return Fleet(
        instance_type=service.serving.instance_type,
        instance_count=service.serving.instance_count,
        environment=_environment(service),
        capture_percent=service.serving.capture_percent,
        capture_uri=f"s3://{platform.buckets.capture}/{service.name}",
        kms_key_arn=platform.kms_key_arn,
        execution_role_arn=platform.roles.serving,
        subnet_ids=tuple(platform.network.subnet_ids),
        security_group_id=platform.network.security_group_id,
    )


def _environment(service: ServiceOutputs) -> dict[str, str]:
    """Return what the stack file gives containers, and where they find fresh features."""
    store = {ONLINE_STORE: service.online_store} if service.online_store else {}
    return {**service.serving.environment, **store}


def new_release_id(now: datetime) -> str:
    """Return an id that sorts by time and is unique: `release#20261123T140740Z-1a2b`."""
    return f"{PREFIX}{now.astimezone(UTC):%Y%m%dT%H%M%SZ}-{secrets.token_hex(2)}"


def live_now(service: ServiceOutputs, sagemaker: Any, table: DeploymentTable) -> Live:
    """Return what the endpoint serves.

    Raises:
        UsageError: the endpoint does not exist.
    """
    endpoint = describe_endpoint(sagemaker, service.endpoint_name)
    config = describe_config(sagemaker, endpoint.config_name) if endpoint else None
    if endpoint is None or config is None:
        raise UsageError(
            f"Endpoint {service.endpoint_name} does not exist, so nothing is live",
            cure="Run `pulumi up` for the environment",
        )
    return live_by(table.pointer(service.name), config)


def _source(service: ServiceOutputs, clients: Clients, table: DeploymentTable, wish: Wish) -> _Source:
    if wish.kind == "model":
        package = find_package(clients.sagemaker, service.model_package_group, int(wish.version))
        return _Source(version=package.version, package_arn=package.arn, container=package.container)
    live = live_now(service, clients.sagemaker, table)
    if wish.kind == "rollback":
        live = _earlier(service, table, live, wish.version)
    return _Source(
        version=live.version, package_arn=live.model_package_arn, container=_served(service, clients, table, live)
    )


def _served(service: ServiceOutputs, clients: Clients, table: DeploymentTable, live: Live) -> Container:
    record = table.get(service.name, live.release_id) if live.release_id else None
    if record:
        return record.plan.container
    return container_of_model(clients.sagemaker, live.model_name)


def _earlier(service: ServiceOutputs, table: DeploymentTable, live: Live, version: str) -> Live:
    pointer = table.pointer(service.name)
    previous = pointer.previous if pointer else None
    if previous and version in ("", previous.version):
        return previous
    past = [record for record in table.releases(service.name, limit=100) if record.status == "succeeded"]
    for record in past:
        if version and record.plan.version == version and record.plan.version != live.version:
            return replace(record.becomes, alarms=())
    known = ", ".join(dict.fromkeys(record.plan.version for record in past if record.plan.version != live.version))
    raise UsageError(
        f"{service.name} cannot go back{f' to version {version!r}' if version else ''}: live is {live.version}, and "
        f"the deployment record holds {f'these other versions that were live: {known}' if known else 'no other'}",
        cure="Name one of these with --to, or release a version of the registry with `trainyard release start`",
    )
