"""Where a service's orders come from: files that people import, or a database that each run reads."""

import ipaddress
from typing import Literal

from pydantic import Field, field_validator, model_validator

from stacks.settings.dials import Dials


class ManagedDatabaseSettings(Dials):
    """A PostgreSQL of the environment's own, for a shop that has none which can be reached."""

    enabled: bool
    """Whether there is one; it lies in the environment's subnets, encrypted, and answers over TLS only."""
    instance_class: str = Field(pattern=r"^db\.[a-z0-9]+\.[a-z0-9]+$")
    """Of RDS; db.t4g.micro is the smallest."""
    storage_gib: int = Field(ge=20, le=16384)
    """Of its disk."""
    backup_days: int = Field(ge=1, le=35)
    """How far back it can be restored."""


class SourceSettings(Dials):
    """Where a service's orders come from."""

    type: Literal["files", "database"]
    """`files`: what `trainyard data import` brings. `database`: each run reads what is new in a PostgreSQL, whose
    address and password an operator puts into the secret that the environment makes."""
    table: str = Field(pattern=r"^[A-Za-z_]\w{0,62}(\.[A-Za-z_]\w{0,62})?$")
    """The table of order lines, with its schema where it has one."""
    key: str = Field(pattern=r"^[A-Za-z_]\w{0,62}$")
    """Its primary key: a whole number that counts up, as a bigserial column does."""
    cidr: str
    """The range that the database's address lies in: the only one outside of the environment that jobs may reach. Empty
    where it is the managed one."""
    port: int = Field(ge=1, le=65535)
    """The database's port."""
    peering_connection: str = Field(pattern=r"^$|^pcx-[0-9a-f]{8,17}$")
    """The VPC peering connection that leads to `cidr`, made and accepted by people; empty adds no route."""
    managed: ManagedDatabaseSettings

    @field_validator("cidr")
    @classmethod
    def _range(cls, cidr: str) -> str:
        try:
            network = ipaddress.IPv4Network(cidr) if cidr else None
        except ValueError as error:
            raise ValueError(f"a range such as 10.200.3.0/28, or nothing, is allowed: {error}") from None
        if network is not None and network.prefixlen < 16:
            raise ValueError("a /16 or smaller is allowed: the range of a database, not of a network")
        return cidr

    @model_validator(mode="after")
    def _reachable(self) -> "SourceSettings":
        if self.type == "files" and (self.cidr or self.peering_connection or self.managed.enabled):
            raise ValueError("cidr, peering_connection and managed are for the type database")
        if self.type == "database" and bool(self.cidr) == self.managed.enabled:
            raise ValueError("a database is reached at cidr, or is the managed one: name one of the two")
        if self.peering_connection and not self.cidr:
            raise ValueError("peering_connection leads to cidr, which is empty")
        return self
