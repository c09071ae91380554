"""The dated price file of this package: on-demand list prices, with where each was read."""

import json
from functools import cache
from importlib.resources import files

from pydantic import BaseModel, ConfigDict


class _Frozen(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Price(_Frozen):
    """One price, by region."""

    unit: str
    source: str
    """Page that is said to hold it."""
    obtained: str
    """How it was really read."""
    regions: dict[str, float]


class Hosting(_Frozen):
    """Prices of instances behind endpoints, by region and instance type."""

    unit: str
    source: str
    obtained: str
    regions: dict[str, dict[str, float]]


class Prices(_Frozen):
    """All prices."""

    schema_version: int
    date: str
    currency: str
    hours_per_month: int
    note: str
    prices: dict[str, Price]
    hosting: Hosting

    @property
    def regions(self) -> list[str]:
        """The regions that it has prices of."""
        return sorted(self.hosting.regions)

    def of(self, name: str, region: str) -> float | None:
        """Return a price, or None where the file has none of that region."""
        return self.prices[name].regions.get(region)

    def instance(self, instance_type: str, region: str) -> float | None:
        """Return the price of an instance behind an endpoint, or None where the file has none."""
        return self.hosting.regions.get(region, {}).get(instance_type)


@cache
def load() -> Prices:
    """Return the prices that this version brings along."""
    return Prices.model_validate(json.loads(files("trainyard.cost").joinpath("prices.json").read_text()))
