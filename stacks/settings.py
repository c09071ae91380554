"""All dials of an environment: one typed tree, parsed from what its stack file says.

Pure: no Pulumi, no AWS. A docstring under each field says what it is for; ranges are AWS's unless it says otherwise.
"""

import ipaddress
import zoneinfo
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from stacks.settings_error import SettingsError, crossing, explain, unapproved

__all__ = ["ServiceSettings", "Settings", "SettingsError", "parse"]

InstanceType = Annotated[str, Field(pattern=r"^ml\.[a-z0-9-]+\.[a-z0-9-]+$")]
Percent = Annotated[int, Field(ge=0, le=100)]
Account = Annotated[str, Field(pattern=r"^\d{12}$")]
Days = Annotated[int, Field(ge=1, le=3650)]


class _Dials(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)


class NetworkSettings(_Dials):
    """Where jobs and endpoints run."""

    cidr: str
    """The VPC's range, a /16 to a /20; the environments' ranges should not overlap."""
    zones: list[Annotated[str, Field(pattern=r"^[a-z]$")]] = Field(min_length=1, max_length=4)
    """Letters of the availability zones, one to four; each costs one network interface for every interface endpoint."""

    @field_validator("cidr")
    @classmethod
    def _network(cls, cidr: str) -> str:
        try:
            network = ipaddress.IPv4Network(cidr)
        except ValueError as error:
            raise ValueError(f"a range such as 10.10.0.0/16 is allowed: {error}") from None
        if not 16 <= network.prefixlen <= 20:
            raise ValueError("a /16 to a /20 is allowed, so that every zone's subnet has room")
        return cidr

    @model_validator(mode="after")
    def _distinct_zones(self) -> "NetworkSettings":
        if len(set(self.zones)) != len(self.zones):
            raise ValueError("each zone is named once")
        return self


class RetentionSettings(_Dials):
    """How long things stay, in days."""

    noncurrent_version_days: Days
    """Overwritten or deleted objects can be brought back for this long."""
    capture_days: Days
    """What the endpoint was asked and answered: customers' data, so it goes by itself."""
    access_log_days: Days
    """Access logs of the buckets."""
    container_log_days: Literal[1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 3653]
    """Logs of the endpoint's containers; CloudWatch knows these spans only."""
    untagged_image_days: Days
    """Images that no tag points at any more."""
    key_deletion_days: int = Field(ge=7, le=30)
    """A deleted key can be brought back for this long."""


class PeopleSettings(_Dials):
    """Who may act; an empty list leaves it to the IAM policies of the environment's account."""

    approvers: list[str]
    """ARNs of this account's roles or users that may approve: the approval function refuses everybody else."""
    releasers: list[str]
    """ARNs of this account's roles or users that may take on the release role."""


class ImageSettings(_Dials):
    """Whose images are whose. Promotion copies images, so both lists are empty unless environments share a registry."""

    lent_to: list[Account]
    """Accounts whose SageMaker may pull this environment's images."""
    borrowed_from: list[Account]
    """Accounts whose images this environment's containers run by digest; a promotion leaves such an image there."""


class FunctionSettings(_Dials):
    """The platform's functions on AWS Lambda."""

    reserved_concurrency: int = Field(ge=0, le=100)
    """Executions at once that are set aside for each function, and its most; 0 sets none aside. AWS leaves 100 of an
    account's quota unreserved, so an account with the quota of its first day (10) takes 0 only."""


class NotificationSettings(_Dials):
    """Who hears of alarms and releases."""

    emails: list[Annotated[str, Field(pattern=r"^[^@\s]+@[^@\s]+\.[^@\s]+$")]]
    """Addresses; AWS asks each to confirm."""


class TrainingSettings(_Dials):
    """The instances of training and processing jobs."""

    instance_type: InstanceType
    """Of training jobs."""
    instance_count: int = Field(ge=1, le=20)
    """Of training jobs."""
    volume_gib: int = Field(ge=1, le=16384)
    """Of each instance's encrypted volume."""
    spot: bool
    """Cheaper, and may be interrupted."""
    timeout_seconds: int = Field(ge=60, le=432000)
    """A job that runs longer is stopped."""
    processing_instance_type: InstanceType
    """Of processing jobs."""


class NightSettings(_Dials):
    """Another floor for scaling in quiet hours, every day."""

    enabled: bool
    """Whether the floor changes at all; the maximum never does."""
    timezone: str = Field(pattern=r"^[A-Za-z]+(/[A-Za-z0-9_+-]+)*$")
    """Name in the IANA database, such as Europe/London: the hours follow its daylight saving."""
    begins_hour: int = Field(ge=0, le=23)
    """Full hour at which the night's floor begins to apply."""
    ends_hour: int = Field(ge=0, le=23)
    """Full hour at which the day's floor applies again."""
    minimum_instances: int = Field(ge=1, le=100)
    """Scaling never goes below during the night."""

    @field_validator("timezone")
    @classmethod
    def _known(cls, timezone: str) -> str:
        known = zoneinfo.available_timezones()  # none on a machine without the database: AWS has the last word there
        if known and timezone not in known:
            raise ValueError("a name of the IANA time zone database is allowed, such as Europe/London")
        return timezone

    @model_validator(mode="after")
    def _has_a_length(self) -> "NightSettings":
        if self.begins_hour == self.ends_hour:
            raise ValueError("begins_hour and ends_hour must differ")
        return self


class ServingSettings(_Dials):
    """The endpoint. Minimum, maximum and night are applied by `pulumi up`, all others by the next release."""

    instance_type: InstanceType
    """Of the instances behind the endpoint."""
    instance_count: int = Field(ge=1, le=100)
    """Of the first day, and of a release that sets it; between them scaling decides."""
    minimum_instances: int = Field(ge=1, le=100)
    """Scaling never goes below; two are needed for releases by canary, linear or rolling steps. With a night, a change
    takes effect at the next full hour."""
    maximum_instances: int = Field(ge=1, le=100)
    """Scaling never goes above."""
    invocations_per_instance_per_minute: int = Field(ge=1)
    """What scaling aims at."""
    night: NightSettings
    capture_percent: Percent
    """Share of requests that data capture keeps."""
    environment: dict[str, str]
    """Environment variables of the serving container."""

    @model_validator(mode="after")
    def _ordered(self) -> "ServingSettings":
        if not self.minimum_instances <= self.instance_count <= self.maximum_instances:
            raise ValueError("minimum_instances <= instance_count <= maximum_instances must hold")
        if self.night.enabled and self.night.minimum_instances > self.maximum_instances:
            raise ValueError("night.minimum_instances <= maximum_instances must hold")
        return self


class StrategySettings(_Dials):
    """How a release moves traffic."""

    type: Literal["all_at_once", "canary", "linear", "rolling"]
    """A canary lets the new fleet prove itself on a share of the traffic, linear moves it in equal steps. Both run the
    old and the new fleet side by side; rolling replaces a batch of instances at a time, where a fleet cannot double."""
    canary_percent: int = Field(ge=1, le=50)
    """Share of the variant's instances in the canary."""
    linear_percent: int = Field(ge=10, le=50)
    """Share of the variant's instances in each linear step."""
    rolling_percent: int = Field(ge=5, le=50)
    """Share of the variant's instances in each rolling batch."""
    rolling_back_percent: int = Field(ge=5, le=100)
    """Share of the variant's instances in each batch on the way back; at 100 the old fleet returns at once."""
    bake_seconds: int = Field(ge=0, le=3600)
    """How long alarms are watched after each step or batch, and again after all has moved."""
    timeout_seconds: int = Field(ge=600, le=28800)
    """A deployment that takes longer is rolled back."""


class ThresholdSettings(_Dials):
    """When alarms fire, each over one minute."""

    latency_p99_ms: float = Field(gt=0)
    """99th percentile of the model's latency."""
    errors_5xx_percent: float = Field(ge=0, le=100)
    """Share of requests that the model failed."""
    errors_4xx_percent: float = Field(ge=0, le=100)
    """Share of requests that the model refused."""


class GateSettings(_Dials):
    """What a challenger must show."""

    minimum_ratio: float = Field(gt=0)
    """MAP@10 of the challenger over the champion's, at least."""
    confidence: float = Field(ge=0, lt=1)
    """Share of paired bootstrap draws in which the challenger must be better."""
    minimum_slice_customers: int = Field(ge=1)
    """Slices with fewer customers are pooled."""


class Product(_Dials):
    """One product of the baseline's answer."""

    stock_code: str = Field(min_length=1)
    """As in the orders."""
    name: str = Field(min_length=1)
    """As people know it."""


class BaselineSettings(_Dials):
    """What the endpoint answers before the first release."""

    products: list[Product] = Field(min_length=10, max_length=50)
    """Best first; at least the ten that a request asks for when it names no number."""


class ServiceSettings(_Dials):
    """One model service: an entry here and a package in `src/`."""

    name: str = Field(pattern=r"^[a-z](-?[a-z0-9])*$", max_length=30)
    """Part of the endpoint's name: renaming replaces the endpoint."""
    owners: list[str] = Field(min_length=1)
    """Teams that answer for it."""
    approvals_required: Literal[0, 1, 2]
    """How many people must approve a model version before it is released: nobody, one, or two different ones."""
    release_on_approval: bool
    """Whether the last approval that a version needs starts its release; what the gate or the preflight refuses is told
    on the topic and not tried again."""
    training: TrainingSettings
    serving: ServingSettings
    strategy: StrategySettings
    thresholds: ThresholdSettings
    """Of a release: they undo it."""
    endpoint_thresholds: ThresholdSettings
    """Of the whole endpoint: they notify, and undo a release as well."""
    gate: GateSettings
    baseline: BaselineSettings

    @model_validator(mode="after")
    def _steps_need_two(self) -> "ServiceSettings":
        kind, serving = self.strategy.type, self.serving
        if kind == "all_at_once":
            return self
        if serving.minimum_instances < 2:
            raise ValueError(f"{kind} takes whole instances, so serving.minimum_instances must be 2 or more")
        if serving.night.enabled and serving.night.minimum_instances < 2:
            raise ValueError(
                f"{kind} takes whole instances and a release may come at night, so serving.night.minimum_instances "
                "must be 2 or more"
            )
        return self


class Settings(_Dials):
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
