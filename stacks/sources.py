"""Where the orders of an environment's services come from, for those that read a database."""

from collections.abc import Mapping

import pulumi

from infra import naming
from infra.keys import EncryptionKey
from infra.network import Network
from infra.source_database import ManagedDatabase, SourceDatabase, SourceDatabaseArgs
from infra.source_secret import SourceSecret, SourceSecretArgs
from stacks.settings import ServiceSettings, Settings


def secrets(
    settings: Settings, environment: str, key: EncryptionKey, opts: pulumi.ResourceOptions
) -> Mapping[str, SourceSecret]:
    """Declare the secret of each service that reads a database, by the service's name."""
    return {
        service.name: SourceSecret(
            f"{service.name}-source",
            SourceSecretArgs(
                name=naming.source_secret(service.name, environment),
                account=settings.account,
                key_arn=key.arn,
                recovery_days=settings.retention.key_deletion_days,
                protect=settings.deletion_protection,
            ),
            opts,
        )
        for service in with_database(settings)
    }


def databases(settings: Settings, key: EncryptionKey, network: Network, opts: pulumi.ResourceOptions) -> None:
    """Declare the way to each database, and the managed ones themselves."""
    for service in with_database(settings):
        args = SourceDatabaseArgs(
            vpc_id=network.vpc_id,
            route_table_id=network.route_table_id,
            workloads_group_id=network.security_group_id,
            port=service.source.port,
            cidr=service.source.cidr,
            peering_connection=service.source.peering_connection,
            managed=_managed(service, settings, key, network),
        )
        SourceDatabase(f"{service.name}-database", args, opts)


def with_database(settings: Settings) -> list[ServiceSettings]:
    """Return the services that read a database."""
    return [service for service in settings.services if service.source.type == "database"]


def _managed(
    service: ServiceSettings, settings: Settings, key: EncryptionKey, network: Network
) -> ManagedDatabase | None:
    asked = service.source.managed
    if not asked.enabled:
        return None
    return ManagedDatabase(
        instance_class=asked.instance_class,
        storage_gib=asked.storage_gib,
        backup_days=asked.backup_days,
        key_arn=key.arn,
        subnet_ids=network.subnet_ids,
        protect=settings.deletion_protection,
    )
