"""What resources cost a month by their inputs alone. Pure.

Three kinds of types: charged by their existence, charged by use (which no input tells), and free. A type that is in
none of these tables is named, never taken for free.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from stacks.rules import Resource
from trainyard.cost.charging import CHARGES, Amount, Situation, Unpriced
from trainyard.cost.prices import Prices
from trainyard.cost.usage import BY_USE, is_free


@dataclass(frozen=True)
class Charge:
    """What one resource costs a month."""

    urn: str
    type: str
    name: str
    amount: Amount


@dataclass(frozen=True)
class NotPriced:
    """A resource that costs something, of which nobody can say what."""

    urn: str
    type: str
    name: str
    why: str


@dataclass(frozen=True)
class Estimate:
    """One state of an environment."""

    charges: tuple[Charge, ...]
    not_priced: tuple[NotPriced, ...]
    not_included: tuple[str, ...]
    """What is charged by use."""

    @property
    def total(self) -> float:
        """All charges."""
        return round(sum(each.amount.monthly for each in self.charges), 2)


def estimate(resources: Sequence[Resource], prices: Prices, region: str) -> Estimate:
    """Return what `resources` cost a month in `region`.

    Args:
        resources: everything that exists: an endpoint's price follows from its scaling and its configuration.
        prices: the price file.
        region: where all of it is.
    """
    situation = Situation(resources, prices, region)
    charges: list[Charge] = []
    not_priced: list[NotPriced] = []
    for each in resources:
        for found in _of(each, situation):
            if isinstance(found, Amount):
                charges.append(Charge(each.urn, each.type, each.name, found))
            else:
                not_priced.append(NotPriced(each.urn, each.type, each.name, found.why))
    types = {each.type for each in resources}
    used = tuple(dict.fromkeys(text for type_token, text in BY_USE.items() if type_token in types))
    return Estimate(tuple(charges), tuple(not_priced), used)


def _of(resource: Resource, situation: Situation) -> Iterator[Amount | Unpriced]:
    charge = CHARGES.get(resource.type)
    if charge is not None:
        yield from charge(resource, situation)
    elif resource.type not in BY_USE and not is_free(resource.type):
        yield Unpriced("trainyard has no price of this type")
