"""The decision itself: rules in order, the first that fails names the rejection.

complete-evidence          every metric of every model is there, and they agree with each other
beats-personal-frequency   a first model is better than each customer's own most frequent products
ratio-to-champion          MAP@10 is at least the champion's times the minimum ratio
bootstrap-confidence       so many paired bootstrap draws agree that it is better
"""

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from trainyard.gate.bootstrap import Comparison, compare
from trainyard.gate.evidence import Evidence, EvidenceError, Scores, Slice
from trainyard.gate.policy import Policy
from trainyard.gate.slices import pool

Reference = Literal["champion", "personal_frequency"]


@dataclass(frozen=True, kw_only=True)
class Check:
    """One rule's answer, in words."""

    rule: str
    passed: bool
    detail: str


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
        check = Check(rule="complete-evidence", passed=False, detail=str(evidence))
        return Decision(passed=False, rule=check.rule, reason=f"Rejected: {check.detail}.", checks=(check,))
    reference, opponent = (
        ("personal_frequency", evidence.personal_frequency)
        if evidence.champion is None
        else ("champion", evidence.champion)
    )
    comparison = _compare(evidence.challenger.per_customer, opponent.per_customer, policy)
    if comparison is None:
        return decide(EvidenceError(f"challenger and {reference} were scored on different customers"), policy)
    ours, theirs = evidence.challenger.map_at_10, opponent.map_at_10
    point = (
        _beats_personal_frequency(ours, theirs)
        if evidence.champion is None
        else _ratio_to_champion(ours, theirs, policy.minimum_ratio)
    )
    complete = Check(rule="complete-evidence", passed=True, detail="every metric is there, and they agree")
    checks = (complete, point, _confidence(comparison, policy.confidence))
    failed = next((check for check in checks if not check.passed), None)
    return Decision(
        passed=failed is None,
        rule=(failed or point).rule,
        reason=f"Rejected: {failed.detail}." if failed else f"Passed: {point.detail}; {checks[-1].detail}.",
        checks=checks,
        slices=pool(evidence.slices, policy.minimum_slice_customers),
        reference=reference,
        challenger_map_at_10=ours,
        reference_map_at_10=theirs,
        customers=len(evidence.challenger.per_customer),
        comparison=comparison,
    )


def _compare(ours: Scores, theirs: Scores, policy: Policy) -> Comparison | None:
    if ours.shape != theirs.shape:
        return None
    return compare(ours, theirs, confidence=policy.confidence, draws=policy.draws, seed=policy.seed)


def _ratio_to_champion(ours: float, theirs: float, minimum: float) -> Check:
    # As decimals: 0.101 is exactly 1.01 x 0.1 to everyone but binary floating point.
    needed = Decimal(repr(theirs)) * Decimal(repr(minimum))
    passed = Decimal(repr(ours)) >= needed and ours > 0
    ratio = f"{ours / theirs:.4f} x " if theirs else ""
    return Check(
        rule="ratio-to-champion",
        passed=passed,
        detail=f"MAP@10 {ours:.5f} is {ratio}the champion's {theirs:.5f}; "
        f"at least {minimum:g} x, {needed:.5f}, is asked",
    )


def _beats_personal_frequency(ours: float, theirs: float) -> Check:
    verb = "beats" if ours > theirs else "does not beat"
    return Check(
        rule="beats-personal-frequency",
        passed=ours > theirs,
        detail=f"MAP@10 {ours:.5f} {verb} {theirs:.5f}, what each customer's own most frequent products score",
    )


def _confidence(comparison: Comparison, asked: float) -> Check:
    return Check(
        rule="bootstrap-confidence",
        passed=comparison.share_better >= asked,
        detail=f"better in {comparison.share_better:.1%} of the bootstrap draws, {asked:.1%} are asked; "
        f"differences below {comparison.detectable_difference:.5f} could not have been seen",
    )
