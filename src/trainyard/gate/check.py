"""One rule's answer, under the kind of test that it belongs to."""

from dataclasses import dataclass
from typing import Literal

Kind = Literal["evidence", "unit", "integration", "data-validation", "performance-threshold", "regression"]
"""Whether everything is there, and the five kinds of tests of a machine-learning model."""


@dataclass(frozen=True, kw_only=True)
class Check:
    """One rule's answer, in words."""

    kind: Kind
    rule: str
    passed: bool
    detail: str
