"""Whether a challenger may take the champion's place: one pure decision, failing closed.

Runs as a step of the pipeline in the service's own image, so it needs the standard library, numpy and pyarrow only.
"""

from trainyard.gate.decision import Check, Decision, decide
from trainyard.gate.evidence import Evidence, EvidenceError, ModelScore, Slice
from trainyard.gate.policy import Policy

__all__ = ["Check", "Decision", "Evidence", "EvidenceError", "ModelScore", "Policy", "Slice", "decide"]
