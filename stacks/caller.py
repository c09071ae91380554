"""Refuses to touch an account or a region that the stack file does not name."""

import os
from collections.abc import Mapping
from typing import Protocol

import boto3
import pulumi
import pulumi_aws as aws

from infra import tags
from stacks.settings_error import NAMESPACE


class Place(Protocol):
    """Settings that say where a project belongs."""

    @property
    def account(self) -> str:
        """The AWS account, 12 digits."""
        ...

    @property
    def region(self) -> str:
        """The AWS region."""
        ...


class CallerRefused(ValueError):
    """The shell speaks for another account or region than the stack file."""


def provider(settings: Place, environment: str, namespace: str = NAMESPACE) -> aws.Provider:
    """Return the one AWS provider of the program, after checking who is calling.

    Args:
        settings: where the environment belongs.
        environment: the stack's name, which is on every resource's tags.
        namespace: of the settings, for messages.

    Raises:
        CallerRefused: the caller's account or region is not the one named.
    """
    file = f"Pulumi.{environment}.yaml"
    check_region(settings.region, _regions(), file, namespace)
    # A provider of its own: the real one refuses a wrong account while configuring, in words that name no file.
    asking = aws.Provider("caller", region=settings.region)
    identity = aws.get_caller_identity(opts=pulumi.InvokeOptions(provider=asking))
    check_account(settings.account, identity.account_id, file, namespace)
    return aws.Provider(
        "aws",
        region=settings.region,
        allowed_account_ids=[settings.account],
        default_tags=aws.ProviderDefaultTagsArgs(tags=tags.default_tags(environment)),
    )


def check_account(named: str, caller: str, file: str, namespace: str = NAMESPACE) -> None:
    """Refuse another account than the one named.

    Raises:
        CallerRefused: `caller` is not `named`.
    """
    if caller != named:
        raise CallerRefused(
            f"{namespace}:account is {named!r} in {file}, but the AWS credentials of this shell are of account "
            f"{caller!r}; nothing was changed. Log in to account {named}, or select the stack of account {caller}."
        )


def check_region(named: str, callers: Mapping[str, str], file: str, namespace: str = NAMESPACE) -> None:
    """Refuse when something in the caller's surroundings names another region.

    Args:
        named: the stack file's region.
        callers: regions by where they are set.
        file: the stack file, for the message.
        namespace: of its settings, for the message.

    Raises:
        CallerRefused: one of `callers` is not `named`.
    """
    for source, region in callers.items():
        if region != named:
            raise CallerRefused(
                f"{namespace}:region is {named!r} in {file}, but {source} says {region!r}; nothing was changed. "
                f"Set {source} to {named!r}, or select the stack of region {region}."
            )


def _regions() -> dict[str, str]:
    """Return the regions that the shell, its AWS profile and Pulumi's own setting name."""
    found = {name: os.environ.get(name) for name in ("AWS_REGION", "AWS_DEFAULT_REGION")}
    found["the AWS profile of this shell"] = None if any(found.values()) else boto3.Session().region_name
    found["the setting aws:region"] = pulumi.Config("aws").get("region")
    return {source: region for source, region in found.items() if region}
