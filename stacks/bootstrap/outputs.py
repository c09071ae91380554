"""The contract between an account's bootstrap project and everyone who uses the account.

Names follow from the account and the region alone, so that a workflow which knows these two knows where the state is,
which key opens it and which role to take on. Pure: no Pulumi, no AWS.
"""

from typing import Literal
from urllib.parse import urlencode

from pydantic import BaseModel, ConfigDict

SCHEMA_VERSION = 1
PROJECT = "trainyard-bootstrap"
"""Name of the Pulumi project, and namespace of its settings."""
PLATFORM = "trainyard"
"""Name of the project whose state the bucket is for."""
KEY_ALIAS = "alias/trainyard-state"
DEPLOY_ROLE = "trainyard-deploy"
PREVIEW_ROLE = "trainyard-preview"
DATA_ROLE = "trainyard-data"
BOUNDARY = "trainyard-boundary"


class BootstrapOutputs(BaseModel):
    """What an account offers to those who deploy into it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    schema_version: Literal[1] = SCHEMA_VERSION
    account: str
    region: str
    state_bucket: str
    state_key_arn: str
    state_key_alias: str = KEY_ALIAS
    backend_url: str
    """For PULUMI_BACKEND_URL."""
    secrets_provider: str
    """For `pulumi stack init --secrets-provider`."""
    boundary_arn: str
    deploy_role_arn: str | None
    """None without a repository: nobody but the account's own people deploys."""
    preview_role_arn: str | None
    data_role_arn: str | None = None
    """None also in accounts that were prepared before there was one."""


def state_bucket(account: str, region: str) -> str:
    """Return the bucket that holds the account's Pulumi state."""
    return f"trainyard-state-{account}-{region}"


def backend_url(bucket: str, region: str) -> str:
    """Return the address of the state for PULUMI_BACKEND_URL."""
    return f"s3://{bucket}?{urlencode({'region': region, 'awssdk': 'v2'})}"


def secrets_provider(region: str) -> str:
    """Return the secrets provider of stacks in the account."""
    return f"awskms://{KEY_ALIAS}?{urlencode({'region': region, 'awssdk': 'v2'})}"


def role_arn(account: str, role: str) -> str:
    """Return the ARN of one of the account's roles for CI."""
    return f"arn:aws:iam::{account}:role/{role}"


def boundary_arn(account: str) -> str:
    """Return the ARN of the permissions boundary of the platform's roles."""
    return f"arn:aws:iam::{account}:policy/{BOUNDARY}"
