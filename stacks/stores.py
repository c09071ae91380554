"""What an environment keeps: key, data, images, models, records, and the topic that tells of them."""

from collections.abc import Mapping
from dataclasses import dataclass

import pulumi

from infra import naming
from infra.buckets import DataBuckets, DataBucketsArgs
from infra.deployments import Deployments, DeploymentsArgs
from infra.keys import EncryptionKey, EncryptionKeyArgs
from infra.notifications import Notifications, NotificationsArgs
from infra.online_store import OnlineStore
from infra.registry import Registry, RegistryArgs
from infra.repositories import Repositories, RepositoriesArgs
from infra.source_secret import SourceSecret
from stacks import online_stores, sources
from stacks.settings import Settings


@dataclass(frozen=True)
class Stores:
    """The components that hold something."""

    key: EncryptionKey
    buckets: DataBuckets
    repositories: Repositories
    registry: Registry
    deployments: Deployments
    notifications: Notifications
    source_secrets: Mapping[str, SourceSecret]
    """By the name of the service that reads a database."""
    online_stores: Mapping[str, OnlineStore]
    """By the name of the service that has one."""


def declare(settings: Settings, environment: str, opts: pulumi.ResourceOptions) -> Stores:
    """Declare the stores of an environment; all are encrypted with its one key."""
    key = _key(settings, environment, opts)
    protect = settings.deletion_protection
    names = {service.name: naming.per_service(service.name, environment) for service in settings.services}
    images = RepositoriesArgs(
        services=list(names),
        key_arn=key.arn,
        untagged_image_days=settings.retention.untagged_image_days,
        lent_to=settings.images.lent_to,
        protect=protect,
    )
    records = DeploymentsArgs(environment=environment, key_arn=key.arn, protect=protect)
    heard = NotificationsArgs(account=settings.account, key_arn=key.arn, emails=settings.notifications.emails)
    return Stores(
        key=key,
        buckets=_buckets(settings, key, opts),
        repositories=Repositories("images", images, opts),
        registry=Registry("registry", RegistryArgs(groups=names, protect=protect), opts),
        deployments=Deployments("deployments", records, opts),
        notifications=Notifications("notifications", heard, opts),
        source_secrets=sources.secrets(settings, environment, key, opts),
        online_stores=online_stores.stores(settings, environment, key, opts),
    )


def _key(settings: Settings, environment: str, opts: pulumi.ResourceOptions) -> EncryptionKey:
    return EncryptionKey(
        "encryption",
        EncryptionKeyArgs(
            environment=environment,
            account=settings.account,
            region=settings.region,
            deletion_window_days=settings.retention.key_deletion_days,
            protect=settings.deletion_protection,
        ),
        opts,
    )


def _buckets(settings: Settings, key: EncryptionKey, opts: pulumi.ResourceOptions) -> DataBuckets:
    return DataBuckets(
        "data",
        DataBucketsArgs(
            account=settings.account,
            key_arn=key.arn,
            noncurrent_version_days=settings.retention.noncurrent_version_days,
            capture_days=settings.retention.capture_days,
            access_log_days=settings.retention.access_log_days,
            raw_tells_of_objects=any(service.retraining.new_data.enabled for service in settings.services),
            protect=settings.deletion_protection,
        ),
        opts,
    )
