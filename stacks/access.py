"""Who may do what in an environment, and the network that follows from it."""

from dataclasses import replace

import pulumi

from infra import iam_documents, naming, vpc_services
from infra.iam_statements import Estate
from infra.network import Network, NetworkArgs
from infra.roles import Roles, RolesArgs
from stacks import online_stores, sources
from stacks.baseline_image import BaselineImage
from stacks.settings import Settings
from stacks.stores import Stores


def roles(
    settings: Settings, environment: str, stores: Stores, image: BaselineImage, opts: pulumi.ResourceOptions
) -> Roles:
    """Declare the roles; what they act on is the environment's stores and model services."""
    return Roles(
        "roles",
        RolesArgs(
            account=settings.account,
            region=settings.region,
            estate=_estate(settings, environment, stores),
            baseline_repository_arn=image.repository_arn,
            releasers=settings.people.releasers,
            boundary_arn=_boundary(settings),
            retrains=any(service.retraining.enabled for service in settings.services),
            tracks=settings.tracking.managed.enabled,
        ),
        opts,
    )


def network(settings: Settings, environment: str, opts: pulumi.ResourceOptions) -> Network:
    """Declare the network with ways to the services that containers call."""
    # Pipelines, releases and approvals act from outside of the network: only containers run in it. Which services
    # they call does not depend on any ARN, so placeholders do, and the endpoints need not wait for the stores.
    placeholder = _placeholder(settings, environment)
    inside = [iam_documents.training(placeholder), iam_documents.serving(placeholder, "*")]
    if settings.tracking.managed.enabled:
        inside.append(iam_documents.tell_tracking("*"))
    return Network(
        "network",
        NetworkArgs(
            cidr=settings.network.cidr,
            zones=[f"{settings.region}{letter}" for letter in settings.network.zones],
            region=settings.region,
            services=replace(vpc_services.called(inside), named=_named(settings)),
        ),
        opts,
    )


def _named(settings: Settings) -> dict[str, str]:
    service = settings.tracking.endpoint_service
    return {"tracking": service} if service else {}


def _boundary(settings: Settings) -> str | None:
    name = settings.permissions_boundary
    return f"arn:aws:iam::{settings.account}:policy/{name}" if name else None


def _estate(settings: Settings, environment: str, stores: Stores) -> pulumi.Output[Estate]:
    buckets = stores.buckets
    arns = {
        "key_arn": stores.key.arn,
        "raw_bucket_arn": buckets.raw.arn,
        "features_bucket_arn": buckets.features.arn,
        "artifacts_bucket_arn": buckets.artifacts.arn,
        "capture_bucket_arn": buckets.capture.arn,
        "repository_arns": [
            *(repository.arn for repository in stores.repositories.by_service.values()),
            *_borrowed(settings),
        ],
        "table_arn": stores.deployments.table_arn,
        "topic_arn": stores.notifications.topic_arn,
        "source_secret_arns": [secret.arn for secret in stores.source_secrets.values()],
        "online_table_arns": [arn for store in stores.online_stores.values() for arn in store.table_arns],
    }
    placeholder = _placeholder(settings, environment)
    return pulumi.Output.from_input(arns).apply(lambda known: replace(placeholder, **known))


def _borrowed(settings: Settings) -> list[str]:
    """Return the repositories of other accounts, in the same region, whose images run here."""
    return [
        f"arn:aws:ecr:{settings.region}:{account}:repository/{naming.repository(service.name)}"
        for account in settings.images.borrowed_from
        for service in settings.services
    ]


def _placeholder(settings: Settings, environment: str) -> Estate:
    return Estate(
        account=settings.account,
        region=settings.region,
        environment=environment,
        key_arn="*",
        raw_bucket_arn="*",
        features_bucket_arn="*",
        artifacts_bucket_arn="*",
        capture_bucket_arn="*",
        repository_arns=[],
        table_arn="*",
        topic_arn="*",
        source_secret_arns=["*" for _ in sources.with_database(settings)],
        online_table_arns=["*" for _ in online_stores.with_store(settings)],
        endpoint_names=[naming.per_service(service.name, environment) for service in settings.services],
        mlflow_app_arn=settings.tracking.uri if settings.tracking.uri.startswith("arn:") else "",
    )
