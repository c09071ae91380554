"""Whether a challenger may take the champion's place: one pure decision, failing closed.

Runs as a step of the pipeline in the service's own image, so it needs the standard library, numpy and pyarrow only.
"""

from trainyard.gate.check import Check
from trainyard.gate.data_validation import DataValidation
from trainyard.gate.decision import Decision, decide
from trainyard.gate.evidence import Evidence, ModelScore, Slice
from trainyard.gate.model_tests import ModelTest
from trainyard.gate.policy import Policy
from trainyard.gate.reading import EvidenceError

__all__ = [
    "Check",
    "DataValidation",
    "Decision",
    "Evidence",
    "EvidenceError",
    "ModelScore",
    "ModelTest",
    "Policy",
    "Slice",
    "decide",
]
