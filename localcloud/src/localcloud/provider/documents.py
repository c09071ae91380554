"""JSON documents, compared by meaning: spacing, key order and IAM's shorthands are no difference."""

import json
import re
from typing import Any

_SETS = frozenset(
    {"Action", "NotAction", "Resource", "NotResource", "AWS", "Service", "Federated", "CanonicalUser", "Condition"}
)
"""Keys below which IAM takes a list as a set, and one text as a list of it."""
_ROOT = re.compile(r"^arn:aws[a-z-]*:iam::(\d{12}):root$")


def same_document(left: Any, right: Any) -> bool:
    """Return whether two JSON texts say the same; texts that are no JSON are compared as they stand."""
    if left == right:
        return True
    try:
        return _document(json.loads(left)) == _document(json.loads(right))
    except (TypeError, ValueError):
        return False


def _document(value: Any) -> Any:
    """Return a document in one form: a policy's only statement as a list, sets sorted."""
    if isinstance(value, dict) and isinstance(value.get("Statement"), dict):
        value = {**value, "Statement": [value["Statement"]]}
    return _normal(value, in_set=False)


def _normal(value: Any, *, in_set: bool) -> Any:
    if isinstance(value, dict):
        return {name: _normal(item, in_set=in_set or name in _SETS) for name, item in value.items()}
    if isinstance(value, list):
        return sorted({_text(item) for item in value}) if in_set else [_normal(item, in_set=False) for item in value]
    return [_text(value)] if in_set else value


def _text(value: Any) -> str:
    """Return an element of a set as text: `true` and "true" are one to IAM, an account and its root are too."""
    text = value if isinstance(value, str) else json.dumps(value)
    match = _ROOT.match(text)
    return match[1] if match else text
