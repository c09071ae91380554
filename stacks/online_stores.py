"""The online stores of an environment's services, for those that have one."""

from collections.abc import Mapping

import pulumi

from infra import naming
from infra.keys import EncryptionKey
from infra.online_store import OnlineStore, OnlineStoreArgs
from stacks.settings import ServiceSettings, Settings


def stores(
    settings: Settings, environment: str, key: EncryptionKey, opts: pulumi.ResourceOptions
) -> Mapping[str, OnlineStore]:
    """Declare the online store of each service that asks for one, by the service's name."""
    return {
        service.name: OnlineStore(
            f"{service.name}-online-store",
            OnlineStoreArgs(
                project=naming.online_store(service.name, environment),
                feature_schemas=service.online_store.feature_schemas,
                key_arn=key.arn,
                protect=settings.deletion_protection,
            ),
            opts,
        )
        for service in with_store(settings)
    }


def with_store(settings: Settings) -> list[ServiceSettings]:
    """Return the services that have an online store."""
    return [service for service in settings.services if service.online_store.enabled]
