"""The platform's functions: where people approve, and what drives releases when nobody does."""

import json

import pulumi

from infra import naming
from infra.approval_function import ApprovalFunction, ApprovalFunctionArgs
from infra.function import LONGEST_SECONDS, FunctionArgs
from infra.release_function import ReleaseFunction, ReleaseFunctionArgs
from infra.roles import GrantedRole, Roles
from stacks import function_code
from stacks.settings import Settings
from stacks.stores import Stores

APPROVAL_SECONDS = 30
"""A handful of calls; a caller waits."""


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
