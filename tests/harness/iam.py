"""Judges IAM documents as AWS does, as far as the platform's own documents need it: who may do what, on what, when.

An action is allowed when an identity document allows it, no document denies it, and the boundary, if there is one,
allows it too (IAM user guide, "Policy evaluation logic"). Resource policies are left out.
"""

from collections.abc import Mapping, Sequence
from fnmatch import fnmatchcase
from typing import Any

Document = Mapping[str, Any]
Context = Mapping[str, str]


def allowed(
    action: str,
    resource: str,
    identity: Sequence[Document],
    *,
    boundary: Document | None = None,
    context: Context | None = None,
) -> bool:
    """Return whether the documents let `action` happen to `resource`.

    Args:
        action: `service:Action`.
        resource: its ARN, `*` for an action without one.
        identity: the documents of the role.
        boundary: its permissions boundary.
        context: condition keys of the request.

    Raises:
        NotImplementedError: a document uses a condition that this judge does not know.
    """
    known = context or {}
    everything = [*identity, *([boundary] if boundary else [])]
    if any(_applies(each, "Deny", action, resource, known) for each in everything):
        return False
    granted = any(_applies(each, "Allow", action, resource, known) for each in identity)
    return granted and (boundary is None or _applies(boundary, "Allow", action, resource, known))


def _applies(document: Document, effect: str, action: str, resource: str, context: Context) -> bool:
    return any(
        statement["Effect"] == effect
        and _named(action.lower(), [each.lower() for each in _texts(statement["Action"])])
        and _covers(statement, resource)
        and _holds(statement.get("Condition", {}), context)
        for statement in document["Statement"]
    )


def _covers(statement: Mapping[str, Any], resource: str) -> bool:
    if "NotResource" in statement:
        return not _named(resource, _texts(statement["NotResource"]))
    return _named(resource, _texts(statement["Resource"]))


def _holds(condition: Mapping[str, Mapping[str, Any]], context: Context) -> bool:
    return all(
        _compare(operator, context.get(key), _texts(wanted))
        for operator, keys in condition.items()
        for key, wanted in keys.items()
    )


def _compare(operator: str, actual: str | None, wanted: list[str]) -> bool:
    if operator.endswith("IfExists") and actual is None:
        return True
    match operator.removesuffix("IfExists"):
        case "StringEquals" | "Bool":
            return actual in wanted
        case "StringLike" | "ArnLike":
            return actual is not None and _named(actual, wanted)
        case "ForAllValues:StringEquals":  # several values of a key are written with commas between them
            return actual is None or set(actual.split(",")) <= set(wanted)
        case other:
            raise NotImplementedError(f"The judge does not know the condition {other}.")


def _named(text: str, patterns: Sequence[str]) -> bool:
    return any(fnmatchcase(text, pattern.replace("[", "[[]")) for pattern in patterns)


def _texts(value: Any) -> list[str]:
    return [value] if isinstance(value, str) else list(value)
