"""The decision as JSON, the form in which the pipeline's condition and the launcher read it."""

from dataclasses import asdict
from typing import Any

from trainyard.gate.decision import Decision


def to_json(decision: Decision) -> dict[str, Any]:
    """Return the content of gate.json."""
    seen = decision.comparison
    return {
        "schema_version": 1,
        "passed": decision.passed,
        "rule": decision.rule,
        "reason": decision.reason,
        "challenger_map_at_10": decision.challenger_map_at_10,
        "reference": decision.reference,
        "reference_map_at_10": decision.reference_map_at_10,
        "ratio": decision.ratio,
        "customers": decision.customers,
        "confidence": None if seen is None else seen.share_better,
        "interval": None if seen is None else list(seen.interval),
        "detectable_difference": None if seen is None else seen.detectable_difference,
        "checks": [asdict(check) for check in decision.checks],
        "slices": [asdict(one) for one in decision.slices],
    }
