"""The decision itself: rules in order, the first that fails names the rejection.

kind                    rule
evidence                complete-evidence          everything is there, and agrees with everything else
unit                    unit-tests                 the model's answers keep their promises
integration             integration-tests          the model, unpacked and served, answers golden requests
data-validation         valid-data                 its data passed validation
performance-threshold   minimum-map, minimum-coverage, maximum-latency
                        beats-personal-frequency   a first model beats each customer's own most frequent products
                        bootstrap-confidence       … in so many paired bootstrap draws
regression              ratio-to-champion          MAP@10 is at least the champion's times the minimum ratio
                        bootstrap-confidence       … in so many paired bootstrap draws
                        slice-loss                 no group of customers loses more than is allowed
                        no-champion                there is none to be compared with
"""

from dataclasses import dataclass
from typing import Literal

from trainyard.gate.bootstrap import Comparison, compare
from trainyard.gate.check import Check
from trainyard.gate.data_validation import check_validation
from trainyard.gate.evidence import Evidence, ModelScore, Slice
from trainyard.gate.model_tests import check_tests
from trainyard.gate.performance import beats_personal_frequency, check_performance
from trainyard.gate.policy import Policy
from trainyard.gate.reading import EvidenceError
from trainyard.gate.regression import no_champion, no_slice_loses, ratio_to_champion, surely_better
from trainyard.gate.slices import pool

Reference = Literal["champion", "personal_frequency"]


@dataclass(frozen=True, kw_only=True)
class Decision:
    """The gate's answer: `rule` is the first that failed, or the one that the model had to pass to get in."""

    passed: bool
    rule: str
    reason: str
    checks: tuple[Check, ...]
    slices: tuple[Slice, ...] = ()
    reference: Reference | None = None
    challenger_map_at_10: float | None = None
    reference_map_at_10: float | None = None
    customers: int | None = None
    comparison: Comparison | None = None

    @property
    def ratio(self) -> float | None:
        """Challenger over reference, None where that is undefined."""
        if self.challenger_map_at_10 is None or not self.reference_map_at_10:
            return None
        return self.challenger_map_at_10 / self.reference_map_at_10


def decide(evidence: Evidence | EvidenceError, policy: Policy) -> Decision:
    """Judge a challenger. Incomplete evidence, handed in as the error that reading it raised, is a rejection."""
    if isinstance(evidence, EvidenceError):
        check = Check(kind="evidence", rule="complete-evidence", passed=False, detail=str(evidence))
        return Decision(passed=False, rule=check.rule, reason=f"Rejected: {check.detail}.", checks=(check,))
    champion = evidence.champion
    name, opponent = ("personal_frequency", evidence.personal_frequency) if champion is None else ("champion", champion)
    ours, theirs = evidence.challenger.per_customer, opponent.per_customer
    if ours.shape != theirs.shape:
        return decide(EvidenceError(f"challenger and {name} were scored on different customers"), policy)
    comparison = compare(ours, theirs, confidence=policy.confidence, draws=policy.draws, seed=policy.seed)
    slices = pool(evidence.slices, policy.minimum_slice_customers)
    better = _better(evidence.challenger, opponent, comparison, policy, first=champion is None)
    checks = (
        Check(
            kind="evidence",
            rule="complete-evidence",
            passed=True,
            detail="every test and metric is there, and they agree",
        ),
        check_tests("unit", evidence.tests),
        check_tests("integration", evidence.tests),
        check_validation(evidence.validation),
        *check_performance(evidence.challenger, policy),
        *better,
        no_champion() if champion is None else no_slice_loses(slices, policy.maximum_slice_loss),
    )
    failed = next((check for check in checks if not check.passed), None)
    entry, sure = better
    return Decision(
        passed=failed is None,
        rule=(failed or entry).rule,
        reason=f"Rejected: {failed.detail}." if failed else f"Passed: {entry.detail}; {sure.detail}.",
        checks=checks,
        slices=slices,
        reference=name,
        challenger_map_at_10=evidence.challenger.map_at_10,
        reference_map_at_10=opponent.map_at_10,
        customers=len(ours),
        comparison=comparison,
    )


def _better(
    challenger: ModelScore, opponent: ModelScore, comparison: Comparison, policy: Policy, *, first: bool
) -> tuple[Check, Check]:
    """Return whether it is better than what it is compared with, and how surely."""
    if first:
        better = beats_personal_frequency(challenger, opponent)
    else:
        better = ratio_to_champion(challenger.map_at_10, opponent.map_at_10, policy.minimum_ratio)
    return better, surely_better(better.kind, comparison, policy.confidence)
