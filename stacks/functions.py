"""The platform's functions: where people approve, and what drives releases and starts runs when nobody does."""

import json

import pulumi

from infra import naming
from infra.approval_function import ApprovalFunction, ApprovalFunctionArgs
from infra.function import LONGEST_SECONDS, FunctionArgs
from infra.release_function import ReleaseFunction, ReleaseFunctionArgs
from infra.retraining_function import RetrainingFunction, RetrainingFunctionArgs
from infra.roles import GrantedRole, Roles
from stacks import function_code
from stacks.settings import Settings
from stacks.stores import Stores

APPROVAL_SECONDS = 30
"""A handful of calls; a caller waits."""
RETRAINING_SECONDS = 300
"""Some dozen calls, and a copy of the champion's archive within S3."""


def approval(
    settings: Settings, environment: str, stores: Stores, roles: Roles, opts: pulumi.ResourceOptions
) -> ApprovalFunction:
    """Declare the approval function."""
    function = _function(
        "approval",
        "Records who approves a model version and why, and marks it approved",
        {"TRAINYARD_APPROVERS": json.dumps(settings.people.approvers)},
        (settings, environment, stores, roles.approval),
        timeout_seconds=APPROVAL_SECONDS,
        takes_events=False,
    )
    return ApprovalFunction(
        "approval", ApprovalFunctionArgs(function=function, approvers=settings.people.approvers), opts
    )


def release(
    settings: Settings, environment: str, stores: Stores, roles: Roles, opts: pulumi.ResourceOptions
) -> ReleaseFunction:
    """Declare the release function."""
    function = _function(
        "release",
        "Drives open releases, and begins those that an approval starts",
        {},
        (settings, environment, stores, roles.release),
        timeout_seconds=LONGEST_SECONDS,
        takes_events=True,
    )
    endpoints = [naming.per_service(service.name, environment) for service in settings.services]
    return ReleaseFunction("release", ReleaseFunctionArgs(function=function, endpoints=endpoints), opts)


def retraining(
    settings: Settings, environment: str, stores: Stores, roles: Roles, opts: pulumi.ResourceOptions
) -> RetrainingFunction | None:
    """Declare the retraining function, if any service asks for it."""
    if roles.retraining is None:
        return None
    function = _function(
        "retraining",
        "Starts training runs on newer orders, and tells how they ended",
        {},
        (settings, environment, stores, roles.retraining),
        timeout_seconds=RETRAINING_SECONDS,
        takes_events=True,
    )
    asking = [service for service in settings.services if service.retraining.enabled]
    scheduled = [service for service in asking if service.retraining.schedule.enabled]
    pipelines = [naming.per_service(service.name, environment) for service in asking]
    return RetrainingFunction(
        "retraining",
        RetrainingFunctionArgs(
            function=function,
            raw_bucket=stores.buckets.raw.bucket,
            on_arrival=[service.name for service in asking if service.retraining.new_data.enabled],
            schedules={service.name: service.retraining.schedule.expression for service in scheduled},
            schedule_rules={service.name: naming.schedule_rule(service.name, environment) for service in scheduled},
            pipeline_arns=[naming.pipeline_arn(name, settings.account, settings.region) for name in pipelines],
        ),
        opts,
    )


def _function(
    purpose: str,
    description: str,
    variables: dict[str, str],
    of: tuple[Settings, str, Stores, GrantedRole],
    *,
    timeout_seconds: int,
    takes_events: bool,
) -> FunctionArgs:
    settings, environment, stores, role = of
    return FunctionArgs(
        function_name=naming.function(environment, purpose),
        description=description,
        handler=f"trainyard.handlers.{purpose}.handler",
        code=_code(settings),
        role=role,
        region=settings.region,
        variables={"TRAINYARD_ENVIRONMENT": environment, **variables},
        timeout_seconds=timeout_seconds,
        takes_events=takes_events,
        log_days=settings.retention.container_log_days,
        key_arn=stores.key.arn,
        topic_arn=stores.notifications.topic_arn,
        reserved_concurrency=settings.functions.reserved_concurrency,
    )


def _code(settings: Settings) -> pulumi.AssetArchive:
    listed = function_code.files(service.name for service in settings.services)
    return pulumi.AssetArchive({name: pulumi.FileAsset(str(path)) for name, path in listed.items()})
