"""All dials of an account's bootstrap project, parsed from what its stack file says.

Pure: no Pulumi, no AWS. `existing` has a setting for everything that an account has only one of, or that somebody may
have made before: what is named there is used, never declared, so it is neither changed nor deleted.
"""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from stacks.bootstrap.outputs import PROJECT, state_bucket
from stacks.settings_error import SettingsError, crossing, explain

__all__ = ["Settings", "SettingsError", "parse"]

Days = Annotated[int, Field(ge=1, le=3650)]
LinkedService = Literal["sagemaker.application-autoscaling.amazonaws.com"]


class _Dials(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)


class GithubSettings(_Dials):
    """The repository whose workflows may act in this account."""

    repository: str = Field(pattern=r"^$|^[A-Za-z0-9](-?[A-Za-z0-9])*(/[A-Za-z0-9._-]+|@\d+/[A-Za-z0-9._-]+@\d+)$")
    """As GitHub writes it in a token's subject: `OWNER/NAME`, or `OWNER@ID/NAME@ID` for a repository created after
    15 July 2026 or opted in to immutable subjects; empty declares no role for CI."""


class StateSettings(_Dials):
    """The state bucket and its key."""

    noncurrent_version_days: Days
    """Older versions of the state can be brought back for this long."""
    access_log_days: Days
    """Who read or wrote the state."""
    key_deletion_days: int = Field(ge=7, le=30)
    """A deleted key can be brought back for this long."""


class GuardSettings(_Dials):
    """What holds in the whole account."""

    block_public_access: bool
    """No bucket and no access point of the account can be made public."""
    encrypt_volumes: bool
    """EBS encrypts every new volume of this region."""
    guardduty: bool
    """Threat detection in this region; AWS bills it by what it reads."""


class ExistingSettings(_Dials):
    """What is there already: empty or false declares it here, a name, an ARN or true takes what is there."""

    state_bucket: str = Field(pattern=r"^$|^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$")
    """Name of the bucket that holds the state; empty makes `trainyard-state-<account>-<region>`."""
    state_key_arn: str = Field(pattern=r"^$|^arn:aws:kms:[a-z0-9-]+:\d{12}:key/.+$")
    """ARN of the key that encrypts the state; empty makes one. Its alias is declared here either way."""
    oidc_provider_arn: str = Field(
        pattern=r"^$|^arn:aws:iam::\d{12}:oidc-provider/token\.actions\.githubusercontent\.com$"
    )
    """ARN of the account's identity provider for GitHub; an account can have only one."""
    public_access_block: bool
    """Whether the account's block of public access is set elsewhere, such as by the organisation."""
    volume_encryption: bool
    """Whether EBS's default encryption is set elsewhere."""
    guardduty_detector: str = Field(pattern=r"^$|^[a-f0-9]{32}$")
    """ID of the region's detector; a region can have only one."""
    service_linked_roles: list[LinkedService]
    """Services whose service-linked role the account has: AWS makes some on first use, and refuses a second one."""


class Settings(_Dials):
    """Everything a stack file of the bootstrap project says."""

    account: str = Field(pattern=r"^\d{12}$")
    """The AWS account, 12 digits in quotes; the program refuses any other."""
    region: str = Field(pattern=r"^[a-z]{2}(-[a-z]+)+-\d$")
    """The AWS region; the program refuses any other."""
    github: GithubSettings
    state: StateSettings
    guards: GuardSettings
    existing: ExistingSettings

    @property
    def state_bucket(self) -> str:
        """The bucket that holds the state, made here or not."""
        return self.existing.state_bucket or state_bucket(self.account, self.region)


def parse(mapping: dict[str, Any], file: str) -> Settings:
    """Return the settings that `mapping` holds.

    Args:
        mapping: top-level keys without their namespace, values as YAML reads them.
        file: the stack file they come from, for messages.

    Raises:
        SettingsError: a key is unknown or missing, a value is not allowed, or an ARN is of another account or region.
    """
    settings = explain(Settings, mapping, file, PROJECT)
    crossing(settings.model_dump(), account=settings.account, region=settings.region, file=file, namespace=PROJECT)
    return settings
