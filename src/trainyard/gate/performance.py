"""Performance thresholds: what every model must reach, whatever it is compared with."""

import math

from trainyard.gate.check import Check
from trainyard.gate.evidence import ModelScore
from trainyard.gate.policy import Policy


def check_performance(challenger: ModelScore, policy: Policy) -> tuple[Check, ...]:
    """Return the checks of quality, variety and speed."""
    return (
        _check(
            "minimum-map",
            challenger.map_at_10 >= policy.minimum_map_at_10,
            f"MAP@10 {challenger.map_at_10:.5f}; at least {policy.minimum_map_at_10:g} is asked",
        ),
        _check(
            "minimum-coverage",
            challenger.coverage >= policy.minimum_coverage,
            f"{challenger.coverage:.1%} of all products are recommended to somebody; "
            f"at least {policy.minimum_coverage:.1%} is asked",
        ),
        _check(
            "maximum-latency",
            challenger.latency_ms_p50 is not None and challenger.latency_ms_p50 <= policy.maximum_latency_ms,
            f"a customer's answer takes {challenger.latency_ms_p50 or math.nan:.2f} ms in the median; "
            f"at most {policy.maximum_latency_ms:g} ms is allowed",
        ),
    )


def beats_personal_frequency(challenger: ModelScore, reference: ModelScore) -> Check:
    """Return whether a first model is better than each customer's own most frequent products."""
    ours, theirs = challenger.map_at_10, reference.map_at_10
    verb = "beats" if ours > theirs else "does not beat"
    return _check(
        "beats-personal-frequency",
        ours > theirs,
        f"MAP@10 {ours:.5f} {verb} {theirs:.5f}, what each customer's own most frequent products score",
    )


def _check(rule: str, passed: bool, detail: str) -> Check:
    return Check(kind="performance-threshold", rule=rule, passed=passed, detail=detail)
