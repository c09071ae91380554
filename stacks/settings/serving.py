"""What a service's endpoint runs on, and how it scales by day and by night."""

import zoneinfo

from pydantic import Field, field_validator, model_validator

from stacks.settings.dials import Dials, InstanceType, Percent


class NightSettings(Dials):
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


class ServingSettings(Dials):
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
