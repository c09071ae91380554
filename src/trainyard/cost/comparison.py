"""Two estimates side by side: what a change adds to the bill, resource by resource."""

from collections.abc import Mapping
from dataclasses import dataclass

from trainyard.cost.estimate import Charge, Estimate, NotPriced
from trainyard.cost.prices import Prices

FREE_DASHBOARDS = "CloudWatch: the first three dashboards of an account are free; all are counted here"
RELEASED = "SageMaker: an endpoint is priced on its first configuration's instance type; a release may have moved it"
ENDPOINT = "aws:sagemaker/endpoint:Endpoint"
DASHBOARD = "aws:cloudwatch/dashboard:Dashboard"


@dataclass(frozen=True)
class Row:
    """One resource, before and after."""

    urn: str
    type: str
    name: str
    before: float
    after: float
    basis: str
    """What the amount is made of; both where it differs."""

    @property
    def difference(self) -> float:
        """What is added."""
        return round(self.after - self.before, 2)


@dataclass(frozen=True)
class Comparison:
    """What an environment costs a month, before and after a change."""

    before: float
    after: float
    rows: tuple[Row, ...]
    """Every resource that costs by existing; what changes most stands first."""
    not_priced: tuple[NotPriced, ...]
    """Of what would exist, and of what exists now."""
    not_included: tuple[str, ...]
    notes: tuple[str, ...]
    currency: str
    region: str
    date: str
    hours_per_month: int

    @property
    def difference(self) -> float:
        """What the change adds."""
        return round(self.after - self.before, 2)


def compare(before: Estimate, after: Estimate, prices: Prices, region: str) -> Comparison:
    """Return two estimates side by side."""
    old, new = _by_urn(before), _by_urn(after)
    rows = [_row(urn, old.get(urn, []), new.get(urn, [])) for urn in {**old, **new}]
    types = {row.type for row in rows}
    notes = [RELEASED] * (ENDPOINT in types) + [FREE_DASHBOARDS] * (DASHBOARD in types)
    return Comparison(
        before=before.total,
        after=after.total,
        rows=tuple(sorted(rows, key=lambda row: (-abs(row.difference), -row.after, row.urn))),
        not_priced=tuple(dict.fromkeys((*after.not_priced, *before.not_priced))),
        not_included=tuple(dict.fromkeys((*after.not_included, *before.not_included))),
        notes=tuple(notes),
        currency=prices.currency,
        region=region,
        date=prices.date,
        hours_per_month=prices.hours_per_month,
    )


def _by_urn(of: Estimate) -> Mapping[str, list[Charge]]:
    found: dict[str, list[Charge]] = {}
    for each in of.charges:
        found.setdefault(each.urn, []).append(each)
    return found


def _row(urn: str, old: list[Charge], new: list[Charge]) -> Row:
    one = (new or old)[0]
    was, becomes = (", ".join(each.amount.basis for each in charges) for charges in (old, new))
    basis = f"{was} → {becomes}" if was and becomes and was != becomes else becomes or was
    monthly = [round(sum(each.amount.monthly for each in charges), 2) for charges in (old, new)]
    return Row(urn, one.type, one.name, monthly[0], monthly[1], basis)
