"""The whole tree, and how it is read from what a stack file says."""

from typing import Any

from pydantic import Field, model_validator

from stacks.settings.access import ImageSettings, NotificationSettings, PeopleSettings
from stacks.settings.dials import Account, Dials, InstanceType
from stacks.settings.functions import FunctionSettings
from stacks.settings.network import NetworkSettings
from stacks.settings.retention import RetentionSettings
from stacks.settings.service import ServiceSettings
from stacks.settings.tracking import TrackingSettings
from stacks.settings_error import crossing, explain, unapproved


class Settings(Dials):
    """Everything a stack file says."""

    account: Account
    """The AWS account, 12 digits in quotes; the program refuses any other."""
    region: str = Field(pattern=r"^[a-z]{2}(-[a-z]+)+-\d$")
    """The AWS region; the program refuses any other."""
    deletion_protection: bool
    """Whether what holds data or answers customers refuses to be deleted."""
    approved_instance_types: list[InstanceType] = Field(min_length=1)
    """The only types that training, processing and serving may run on: what a mistyped size may cost at most."""
    network: NetworkSettings
    retention: RetentionSettings
    people: PeopleSettings
    images: ImageSettings
    permissions_boundary: str = Field(pattern=r"^$|^[\w+=,.@-]{1,128}$")
    """Name of the account's policy that bounds every role, as the bootstrap project makes it and CI requires it; empty
    bounds none, for an account that was not prepared by `trainyard bootstrap`."""
    functions: FunctionSettings
    tracking: TrackingSettings
    notifications: NotificationSettings
    services: list[ServiceSettings] = Field(min_length=1)

    @model_validator(mode="after")
    def _images_of_others(self) -> "Settings":
        if self.account in (*self.images.lent_to, *self.images.borrowed_from):
            raise ValueError("images.lent_to and images.borrowed_from name other accounts; the own one has its images")
        return self

    @model_validator(mode="after")
    def _distinct_services(self) -> "Settings":
        names = [service.name for service in self.services]
        if len(set(names)) != len(names):
            raise ValueError("each entry of services has a name of its own")
        return self

    @model_validator(mode="after")
    def _zones_for_a_database(self) -> "Settings":
        if len(self.network.zones) < 2 and any(service.source.managed.enabled for service in self.services):
            raise ValueError("source.managed.enabled needs network.zones to name two zones: RDS wants subnets in both")
        return self


def parse(mapping: dict[str, Any], file: str) -> Settings:
    """Return the settings that `mapping` holds.

    Args:
        mapping: top-level keys without their namespace, values as YAML reads them.
        file: the stack file they come from, for messages.

    Raises:
        SettingsError: a key is unknown or missing, a value is not allowed, an ARN is of another account or region, or
            a service runs on an instance type that is not approved.
    """
    settings = explain(Settings, mapping, file)
    tree = settings.model_dump()
    crossing(tree, account=settings.account, region=settings.region, file=file)
    unapproved(tree["services"], settings.approved_instance_types, file)
    return settings
