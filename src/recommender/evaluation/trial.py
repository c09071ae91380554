"""A test of the challenger and its outcome, as the gate reads it (`tests.json`)."""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any, Literal

Kind = Literal["unit", "integration"]


@dataclass(frozen=True, kw_only=True)
class Trial:
    """One test and what came of it."""

    kind: Kind
    name: str
    passed: bool
    detail: str

    def document(self) -> dict[str, Any]:
        """Return the outcome as JSON types."""
        return asdict(self)


def attempt(kind: Kind, name: str, problem: Callable[[], str | None]) -> Trial:
    """Carry out a test, which returns what is wrong or None; what it raises is what is wrong."""
    try:
        found = problem()
    except Exception as error:
        found = f"{type(error).__name__}: {error}"
    return Trial(kind=kind, name=name, passed=found is None, detail=found or "as it must be")
