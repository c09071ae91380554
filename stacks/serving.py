"""Each model service's endpoint, and the dashboard over all of them."""

from collections.abc import Mapping

import pulumi

from infra import naming
from infra.baseline_model import BaselineModelArgs
from infra.dashboard import Dashboard, DashboardArgs
from infra.endpoint_alarms import EndpointAlarmsArgs
from infra.model_endpoint import ModelEndpoint, ModelEndpointArgs, ScalingArgs
from infra.network import Network
from infra.night_floor import NightFloorArgs
from infra.roles import Roles
from stacks.baseline_image import BaselineImage
from stacks.instance_storage import has_local_storage
from stacks.settings import ServiceSettings, ServingSettings, Settings
from stacks.stores import Stores


def endpoint(
    service: ServiceSettings,
    settings: Settings,
    endpoint_name: str,
    *,
    stores: Stores,
    roles: Roles,
    network: Network,
    image: BaselineImage,
    opts: pulumi.ResourceOptions,
) -> ModelEndpoint:
    """Declare the endpoint of one model service, on its baseline."""
    return ModelEndpoint(
        service.name,
        ModelEndpointArgs(
            endpoint_name=endpoint_name,
            baseline=BaselineModelArgs(
                service=service.name,
                products=[product.model_dump() for product in service.baseline.products],
                image=image.uri,
                artifacts_bucket=stores.buckets.artifacts.bucket,
                capture_bucket=stores.buckets.capture.bucket,
                key_arn=stores.key.arn,
                volume_key_arn=None if has_local_storage(service.serving.instance_type) else stores.key.arn,
                role_arn=roles.serving.arn,
                subnet_ids=network.subnet_ids,
                security_group_id=network.security_group_id,
                instance_type=service.serving.instance_type,
                instance_count=service.serving.instance_count,
                capture_percent=service.serving.capture_percent,
            ),
            scaling=_scaling(service),
            alarms=EndpointAlarmsArgs(
                endpoint_name=endpoint_name,
                topic_arn=stores.notifications.topic_arn,
                **service.endpoint_thresholds.model_dump(),
            ),
            log_days=settings.retention.container_log_days,
            key_arn=stores.key.arn,
            after=[roles.serving.policy, network],
            protect=settings.deletion_protection,
        ),
        opts,
    )


def dashboard(
    settings: Settings, environment: str, endpoints: Mapping[str, ModelEndpoint], opts: pulumi.ResourceOptions
) -> Dashboard:
    """Declare the environment's one screen."""
    return Dashboard(
        "dashboard",
        DashboardArgs(
            environment=environment,
            region=settings.region,
            endpoints=[naming.per_service(service, environment) for service in endpoints],
            alarm_arns=[arn for endpoint in endpoints.values() for arn in endpoint.alarms.arns],
        ),
        opts,
    )


def _scaling(service: ServiceSettings) -> ScalingArgs:
    return ScalingArgs(
        minimum_instances=service.serving.minimum_instances,
        maximum_instances=service.serving.maximum_instances,
        invocations_per_instance_per_minute=service.serving.invocations_per_instance_per_minute,
        night=_night(service.serving) if service.serving.night.enabled else None,
    )


def _night(serving: ServingSettings) -> NightFloorArgs:
    return NightFloorArgs(
        timezone=serving.night.timezone,
        begins_hour=serving.night.begins_hour,
        ends_hour=serving.night.ends_hour,
        night_minimum=serving.night.minimum_instances,
        day_minimum=serving.minimum_instances,
    )
