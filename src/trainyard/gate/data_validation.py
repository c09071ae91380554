"""Whether the data that the challenger learned from were found fit to learn from."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from trainyard.gate.check import Check
from trainyard.gate.reading import EvidenceError, member


@dataclass(frozen=True, kw_only=True)
class DataValidation:
    """The validation step's verdict on one snapshot."""

    passed: bool
    data_hash: str


def parse_validation(report: Mapping[str, Any]) -> DataValidation:
    """Read validation.json.

    Raises:
        EvidenceError: it does not say whether the data passed, or which data.
    """
    passed, data_hash = (member(report, key, "validation.json") for key in ("passed", "data_hash"))
    if not isinstance(passed, bool):
        raise EvidenceError(f"validation.json: passed is {passed!r}, not true or false")
    return DataValidation(passed=passed, data_hash=str(data_hash))


def check_validation(found: DataValidation) -> Check:
    """Return the verdict as a check."""
    verb = "passed" if found.passed else "failed"
    return Check(
        kind="data-validation",
        rule="valid-data",
        passed=found.passed,
        detail=f"the data {found.data_hash[:12]} {verb} validation",
    )
