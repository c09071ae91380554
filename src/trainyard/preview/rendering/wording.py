"""Sentences that every shape of a report shares."""

from trainyard.cost import Comparison, Row
from trainyard.preview.policy import Policy
from trainyard.preview.report import Report
from trainyard.preview.verdict import counted

SIGNS = {"replace": "±", "delete": "-", "update": "~", "create": "+", "import": "=", "unchanged": " "}
_NOUNS = {
    "replace": ("replacement", ""),
    "delete": ("deletion", ""),
    "update": ("update", ""),
    "create": ("creation", ""),
    "import": ("import", ""),
    "unchanged": ("unchanged", "unchanged"),
}


def counts(report: Report) -> str:
    """Return how many resources are changed how."""
    return ", ".join(counted(number, *_NOUNS[name]) for name, number in report.counts.items()) or "no resources"


def rules(policy: Policy) -> str:
    """Return what the rules say, in a sentence."""
    broken = counted(len(policy.violations), "violation") if policy.violations else "no violations"
    later = len({(each.rule, each.name, each.property) for each in policy.unjudged})
    unknown = f"; {counted(later, 'property', 'properties')} could not be judged before apply" if later else ""
    return f"{counted(policy.rules, 'rule')} on {counted(policy.resources, 'resource')}: {broken}{unknown}"


def money(amount: float, *, signed: bool = False) -> str:
    """Return an amount with cents."""
    # Not "-0.00".
    amount = amount if abs(amount) >= 0.005 else 0.0
    return f"{amount:+,.2f}" if signed and amount else f"{amount:,.2f}"


def cost(comparison: Comparison) -> str:
    """Return the difference, in a sentence."""
    before, after = money(comparison.before), money(comparison.after)
    if not comparison.difference:
        return f"no difference ({after} {comparison.currency} a month)"
    difference = money(comparison.difference, signed=True)
    return f"{difference} {comparison.currency} a month (before {before}, after {after})"


def cost_basis(comparison: Comparison) -> str:
    """Return what the amounts rest on."""
    return (
        f"Estimated from list prices of {comparison.date} in {comparison.region}, {comparison.hours_per_month} hours a "
        "month, by what the resources say of themselves"
    )


def cost_rows(comparison: Comparison) -> list[Row]:
    """Return the resources whose cost changes; where none does, there is nothing to list."""
    return [row for row in comparison.rows if row.difference]


def arrow(old: str, new: str) -> str:
    """Return old and new; equal ones differ in what is not shown."""
    if old == new:
        return f"{old}, changed" if old == "(secret)" else f"{old} (differs in what is not shown)"
    return f"{old} → {new}"
