"""Where an environment's runs are told of: at an address that people give, or at an MLflow app of its own."""

import pulumi

from infra.iam_documents import TRACKED_FILES
from infra.roles import Roles
from infra.tracking_app import TrackingApp, TrackingAppArgs
from stacks.settings import Settings
from stacks.stores import Stores


def place(settings: Settings, stores: Stores, roles: Roles, opts: pulumi.ResourceOptions) -> pulumi.Input[str]:
    """Return where runs are told of, having declared it where it is the environment's own; empty tells nobody."""
    if roles.tracking is None:
        return settings.tracking.uri
    app = TrackingApp(
        "tracking",
        TrackingAppArgs(
            role=roles.tracking,
            told_by=roles.training,
            artifact_store_uri=pulumi.Output.format("s3://{0}/{1}", stores.buckets.artifacts.bucket, TRACKED_FILES),
            weekly_maintenance=settings.tracking.managed.weekly_maintenance,
            protect=settings.deletion_protection,
        ),
        opts,
    )
    return app.arn
