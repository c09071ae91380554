"""The one object that all renderers show: everything is decided here, in words, and nothing is decided there."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from stacks.rules import Findings
from trainyard.cost import Comparison
from trainyard.preview import entries, verdict
from trainyard.preview.entries import Entry, Group, Property
from trainyard.preview.loss import Severity
from trainyard.preview.plan import Operation, Plan
from trainyard.preview.policy import Policy, policy
from trainyard.preview.showing import on_one_line
from trainyard.preview.urn import kind
from trainyard.preview.verdict import Verdict

SCHEMA_VERSION = 1
"""Of the JSON; raised when a key changes its meaning or goes."""


@dataclass(frozen=True)
class DriftEntry:
    """Something that was changed outside of Pulumi."""

    type: str
    name: str
    text: str
    properties: tuple[Property, ...]


@dataclass(frozen=True, kw_only=True)
class Report:
    """A preview for a reviewer."""

    environment: str
    verdict: Verdict
    counts: dict[str, int]
    """By operation; `unchanged` too. Only what is not zero."""
    refusals: tuple[str, ...]
    """Why this cannot be applied."""
    losses: tuple[Entry, ...]
    """Replacements and deletions, the worst first."""
    updates: tuple[Entry, ...]
    creates: tuple[Group, ...]
    imports: tuple[Entry, ...]
    renames: tuple[str, ...]
    drift: tuple[DriftEntry, ...]
    policy: Policy
    cost: Comparison
    warnings: tuple[str, ...]

    @property
    def changes(self) -> int:
        """How many resources would not stay as they are."""
        return sum(count for name, count in self.counts.items() if name != "unchanged")


def report(plan: Plan, findings: Findings, cost: Comparison, environment: str, rules: int) -> Report:
    """Return what a reviewer should see.

    Args:
        plan: what would change.
        findings: what the rules say of what would exist.
        cost: monthly, before and after.
        environment: whose preview it is.
        rules: how many rules were applied.
    """
    losses = sorted(
        (entries.entry(each) for each in plan.changes if each.operation in (Operation.REPLACE, Operation.DELETE)),
        key=lambda each: (
            list(Severity).index(each.severity or Severity.NOTHING),
            each.operation,
            each.follows,
            each.urn,
        ),
    )
    updates = [entries.entry(each) for each in plan.changes if each.operation is Operation.UPDATE]
    judged = policy(findings, rules, plan.after)
    return Report(
        environment=environment,
        verdict=verdict.verdict(losses, updates, _counts(plan), plan.refusals, judged),
        counts=_counts(plan),
        refusals=plan.refusals,
        losses=tuple(losses),
        # Those that keep or guard less stand first.
        updates=tuple(sorted(updates, key=lambda each: (not each.cautions, each.urn))),
        creates=entries.grouped([each for each in plan.changes if each.operation is Operation.CREATE]),
        imports=tuple(entries.entry(each) for each in plan.changes if each.operation is Operation.IMPORT),
        renames=tuple(entries.renamed(each) for each in plan.renames),
        drift=_drift(plan),
        policy=judged,
        cost=cost,
        warnings=tuple(on_one_line(text) for text in plan.warnings),
    )


def _counts(plan: Plan) -> dict[str, int]:
    found = Counter(each.operation.value for each in plan.changes)
    counts = {operation.value: found[operation.value] for operation in Operation}
    return {name: count for name, count in {**counts, "unchanged": plan.unchanged}.items() if count}


def _drift(plan: Plan) -> tuple[DriftEntry, ...]:
    result: list[DriftEntry] = []
    for each in plan.drift:
        what = "does not exist any more" if each.gone else "is not as it was recorded"
        then = "this change puts it back" if each.undone else "this change leaves it so"
        properties: Sequence[Property] = [entries.shown_property(one) for one in each.differences]
        result.append(DriftEntry(kind(each.type), each.name, f"{what}; {then}", tuple(properties)))
    return tuple(result)
