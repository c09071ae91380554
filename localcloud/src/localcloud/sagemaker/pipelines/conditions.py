"""The conditions of a Condition step. Pure."""

from collections.abc import Callable, Mapping, Sequence
from operator import ge, gt, le, lt
from typing import Any

from localcloud.sagemaker.pipelines.references import ResolutionError

_ORDERS: Mapping[str, Callable[[Any, Any], bool]] = {
    "GreaterThan": gt,
    "GreaterThanOrEqualTo": ge,
    "LessThan": lt,
    "LessThanOrEqualTo": le,
}
CONDITION_TYPES = ("Equals", *_ORDERS, "In", "Not", "Or")


def all_hold(conditions: Sequence[Mapping[str, Any]]) -> bool:
    """Return whether every condition holds; their expressions are resolved already.

    Raises:
        ResolutionError: values that have no order are compared.
    """
    return all(holds(condition) for condition in conditions)


def holds(condition: Mapping[str, Any]) -> bool:
    """Return whether one condition holds.

    Raises:
        ResolutionError: values that have no order are compared.
    """
    kind = condition["Type"]
    if kind == "Not":
        return not holds(condition.get("Condition") or condition["Expression"])
    if kind == "Or":
        return any(holds(inner) for inner in condition["Conditions"])
    if kind == "In":
        return any(_equal(condition["QueryValue"], value) for value in condition["Values"])
    left, right = condition["LeftValue"], condition["RightValue"]
    if kind == "Equals":
        return _equal(left, right)
    if not _comparable(left, right):
        raise ResolutionError(f"{kind} cannot compare {left!r} with {right!r}: both must be numbers")
    return _ORDERS[kind](left, right)


def _equal(left: Any, right: Any) -> bool:
    # In Python True == 1; in a pipeline a boolean and a number are different values.
    return left == right and isinstance(left, bool) == isinstance(right, bool)


def _comparable(left: Any, right: Any) -> bool:
    return all(isinstance(side, int | float) and not isinstance(side, bool) for side in (left, right))
