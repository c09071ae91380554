"""From what the operator asks to a plan and what it would meet; nothing is changed."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from stacks.outputs import PlatformOutputs, ServiceOutputs
from trainyard.errors import UsageError
from trainyard.release.clients import Clients
from trainyard.release.conflict import SHADOW_PREFIX
from trainyard.release.observe import (
    AlarmState,
    EndpointState,
    describe_alarms,
    describe_config,
    describe_endpoint,
    live_by,
)
from trainyard.release.package import find_package
from trainyard.release.prepare import wanted_fleet
from trainyard.release.quota import Quota, endpoint_quota
from trainyard.release.table import DeploymentTable
from trainyard.shadow.plan import ShadowPlan
from trainyard.shadow.preflight import problems
from trainyard.shadow.request import COPIED


@dataclass(frozen=True, kw_only=True)
class Wish:
    """What the operator asks for."""

    version: int
    percent: int
    instances: int
    started_by: str


@dataclass(frozen=True, kw_only=True)
class Outlook:
    """What a shadow would do and meet, seen before it starts."""

    plan: ShadowPlan
    endpoint: EndpointState
    live_version: str
    package_status: str
    alarms: Mapping[str, AlarmState] = field(default_factory=dict[str, AlarmState])
    quota: Quota | None = None

    @property
    def needed_instances(self) -> int:
        """Return how many instances there are at once while the shadow comes: the fleet twice, and the shadow."""
        return 2 * self.endpoint.desired_count + self.plan.instances

    @property
    def problems(self) -> list[str]:
        """Return why the shadow may not start; empty when it may."""
        return problems(
            self.plan,
            self.endpoint,
            live_version=self.live_version,
            package_status=self.package_status,
            alarms=self.alarms,
            quota=self.quota,
            needed=self.needed_instances,
        )


def look(
    platform: PlatformOutputs,
    service: ServiceOutputs,
    clients: Clients,
    table: DeploymentTable,
    wish: Wish,
    now: datetime,
) -> Outlook:
    """Return the plan of a shadow and what it would meet.

    Raises:
        UsageError: the version is unknown, or the endpoint does not exist or has a shadow of somebody else's.
    """
    sagemaker = clients.sagemaker
    endpoint = describe_endpoint(sagemaker, service.endpoint_name)
    if endpoint is None:
        raise UsageError(
            f"Endpoint {service.endpoint_name} does not exist, so there are no requests to copy",
            cure="Run `pulumi up` for the environment",
        )
    live_config = _copied(sagemaker, endpoint.config_name)
    package = find_package(sagemaker, service.model_package_group, wish.version)
    plan = ShadowPlan(
        environment=platform.environment,
        service=service.name,
        shadow_id=f"{SHADOW_PREFIX}{now.astimezone(UTC):%Y%m%dT%H%M%SZ}-{secrets.token_hex(2)}",
        endpoint_name=service.endpoint_name,
        variant_name=service.variant_name,
        version=package.version,
        model_package_arn=package.arn,
        container=package.container,
        fleet=wanted_fleet(platform, service),
        live_config_name=endpoint.config_name,
        live_config=live_config,
        production_weight=endpoint.desired_weight,
        instances=wish.instances,
        percent=wish.percent,
        strategy=service.strategy,
        endpoint_alarms=tuple(service.endpoint_alarms),
        started_by=wish.started_by,
    )
    config = describe_config(sagemaker, endpoint.config_name)
    return Outlook(
        plan=plan,
        endpoint=endpoint,
        live_version=live_by(table.pointer(service.name), config).version,
        package_status=sagemaker.describe_model_package(ModelPackageName=package.arn).get("ModelApprovalStatus", ""),
        alarms=describe_alarms(clients.cloudwatch, plan.endpoint_alarms),
        quota=endpoint_quota(clients.quotas, plan.instance_type),
    )


def _copied(sagemaker: Any, config_name: str) -> dict[str, Any]:
    answer = sagemaker.describe_endpoint_config(EndpointConfigName=config_name)
    if answer.get("ShadowProductionVariants"):
        raise UsageError(
            f"{config_name} has a shadow variant that Trainyard did not start",
            where="the endpoint config that is live",
            cure="Update the endpoint to a config without one first",
        )
    return {key: answer[key] for key in COPIED if answer.get(key)}
