"""What an environment tells everyone else, in the words of `stacks.outputs`: exported, and written to SSM."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pulumi

from infra import naming
from infra.approval_function import ApprovalFunction
from infra.model_endpoint import ModelEndpoint
from infra.network import Network
from infra.roles import Roles
from stacks import outputs
from stacks.settings import ServiceSettings, Settings
from stacks.stores import Stores

_SAME_DIALS = (
    "name",
    "owners",
    "approvals_required",
    "release_on_approval",
    "training",
    "retraining",
    "features",
    "strategy",
    "thresholds",
    "validation",
    "gate",
)
"""Settings that the contract carries as they are."""


@dataclass(frozen=True)
class Published:
    """The contract's documents as JSON, known when the resources are."""

    platform: pulumi.Output[str]
    services: Mapping[str, pulumi.Output[str]]

    def parameters(self, environment: str) -> dict[str, tuple[str, pulumi.Input[str]]]:
        """Return each document with the SSM parameter that holds it, by logical role."""
        return {
            "platform": (outputs.platform_parameter(environment), self.platform),
            **{
                f"service-{name}": (outputs.service_parameter(environment, name), document)
                for name, document in self.services.items()
            },
        }


def platform(
    settings: Settings,
    environment: str,
    *,
    stores: Stores,
    roles: Roles,
    network: Network,
    approval: ApprovalFunction,
    tracking_uri: pulumi.Input[str],
) -> pulumi.Output[str]:
    """Return the `PlatformOutputs` of an environment as JSON."""
    return _json(
        outputs.PlatformOutputs,
        {
            "environment": environment,
            "account": settings.account,
            "region": settings.region,
            "kms_key_arn": stores.key.arn,
            "buckets": {role: bucket.bucket for role, bucket in stores.buckets.by_role().items()},
            "roles": {purpose: roles.by_purpose()[purpose].arn for purpose in outputs.Roles.model_fields},
            "network": {
                "vpc_id": network.vpc_id,
                "subnet_ids": network.subnet_ids,
                "security_group_id": network.security_group_id,
            },
            "notifications_topic_arn": stores.notifications.topic_arn,
            "deployments_table": stores.deployments.table_name,
            "approval_url": approval.url,
            "services": [service.name for service in settings.services],
            "images_borrowed_from": settings.images.borrowed_from,
            "tracking_uri": tracking_uri,
        },
    )


def service(settings: ServiceSettings, environment: str, stores: Stores, endpoint: ModelEndpoint) -> pulumi.Output[str]:
    """Return the `ServiceOutputs` of a model service as JSON."""
    dials = settings.model_dump()
    return _json(
        outputs.ServiceOutputs,
        {
            **{field: dials[field] for field in _SAME_DIALS},
            "source": _source(settings, stores),
            "online_store": naming.online_store(settings.name, environment) if settings.online_store.enabled else "",
            "serving": {field: dials["serving"][field] for field in outputs.Serving.model_fields},
            "endpoint_name": endpoint.name,
            "variant_name": naming.VARIANT,
            "model_package_group": stores.registry.by_service[settings.name].model_package_group_name,
            "repository_url": stores.repositories.by_service[settings.name].repository_url,
            "pipeline_name": naming.per_service(settings.name, environment),
            "endpoint_alarms": endpoint.alarms.names,
        },
    )


def _source(settings: ServiceSettings, stores: Stores) -> dict[str, Any]:
    if settings.source.type == "files":
        return {}
    secret = stores.source_secrets[settings.name]
    return {**settings.source.model_dump(include={"type", "table", "key"}), "secret_arn": secret.arn}


def _json(model: type[outputs.PlatformOutputs] | type[outputs.ServiceOutputs], known: Any) -> pulumi.Output[str]:
    return pulumi.Output.from_input(known).apply(lambda values: model.model_validate(values).model_dump_json())
