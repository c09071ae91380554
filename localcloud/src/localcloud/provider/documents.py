"""JSON documents, compared by meaning: spacing, key order and IAM's shorthands are no difference."""

import json
import re
from typing import Any

_SETS = ("Action", "NotAction", "Resource", "NotResource", "AWS", "Service", "Federated", "CanonicalUser")
_ROOT = re.compile(r"^arn:aws[a-z-]*:iam::(\d{12}):root$")


def same_document(left: Any, right: Any) -> bool:
    """Return whether two JSON texts say the same; texts that are no JSON are compared as they stand."""
    if left == right:
        return True
    try:
        return _normal(json.loads(left)) == _normal(json.loads(right))
    except (TypeError, ValueError):
        return False


def _normal(value: Any, key: str = "") -> Any:
    if isinstance(value, dict):
        entries = {name: _normal(item, name) for name, item in value.items()}
        if key == "" and isinstance(entries.get("Statement"), dict):
            entries["Statement"] = [entries["Statement"]]
        return entries
    if isinstance(value, list):
        items = [_normal(item, "" if key == "Statement" else key) for item in value]
        if key in _SETS or (items and key and all(isinstance(item, str) for item in items)):
            items = sorted({_account(item) for item in items}, key=str)
            return items[0] if len(items) == 1 else items
        return items
    return _account(value) if key in _SETS else value


def _account(value: Any) -> Any:
    match = _ROOT.match(value) if isinstance(value, str) else None
    return match[1] if match else value
