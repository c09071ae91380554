"""Where jobs and endpoints run."""

import ipaddress
from typing import Annotated

from pydantic import Field, field_validator, model_validator

from stacks.settings.dials import Dials


class NetworkSettings(Dials):
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
