"""Where runs are told of, in the environment itself. Owns SageMaker's MLflow app and what lets jobs call it.

The app's role is among `infra.roles`, its files are in the artifacts bucket. What jobs may do with it is a policy of
its own beside their role's: the app takes on a role, so its ARN is known only after the roles.
"""

import json
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from infra import iam_documents, tags
from infra.roles import GrantedRole


@dataclass(frozen=True, kw_only=True)
class TrackingAppArgs:
    """What a `TrackingApp` needs."""

    role: GrantedRole
    """What the app keeps files as."""
    told_by: GrantedRole
    """Of the jobs that tell it of their runs."""
    artifact_store_uri: pulumi.Input[str]
    """Where jobs write the files of runs, and the app finds them: a folder of a bucket."""
    weekly_maintenance: str
    """In UTC, such as `Sun:12:00`."""
    protect: bool
    """Whether Pulumi refuses to delete it: its runs go with it."""


class TrackingApp(pulumi.ComponentResource):
    """An MLflow app, called by its ARN."""

    arn: pulumi.Output[str]

    def __init__(self, name: str, args: TrackingAppArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("trainyard:infra:TrackingApp", name, None, opts)
        app = aws.sagemaker.MlflowApp(
            f"{name}-app",
            role_arn=args.role.arn,
            artifact_store_uri=args.artifact_store_uri,
            # Versions are registered by the pipeline, behind its gate, and by nobody else.
            model_registration_mode="AutoModelRegistrationDisabled",
            weekly_maintenance_window_start=args.weekly_maintenance,
            tags=tags.role_tag("tracking"),
            opts=pulumi.ResourceOptions(parent=self, protect=args.protect, depends_on=[args.role.policy]),
        )
        aws.iam.RolePolicy(
            f"{name}-calls",
            role=args.told_by.role.name,
            policy=app.arn.apply(lambda arn: json.dumps(iam_documents.tell_tracking(arn))),
            opts=pulumi.ResourceOptions(parent=self),
        )
        self.arn = app.arn
        self.register_outputs({"arn": self.arn})
