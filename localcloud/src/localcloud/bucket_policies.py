"""Bucket policies with conditions.

moto reads a statement as if its condition always held, so a bucket that denies plain HTTP, or other accounts, would
deny everybody everything. Here a statement counts only where its condition holds for a request of the local cloud.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from moto.iam.access_control import IAMPolicy, PermissionResult

Statement = dict[str, Any]


def permission(bucket: Any, action: str, resource: str) -> PermissionResult:
    """Return what the policy of moto's `bucket` says to an action; replaces `FakeBucket.get_permission`."""
    if bucket.policy is None:
        return PermissionResult.NEUTRAL
    policy = json.loads(bucket.policy)
    # A request over the local cloud's plain HTTP never leaves the machine: it stands for one over TLS. Other accounts'
    # requests do not come this far (MOTO_S3_ALLOW_CROSSACCOUNT_ACCESS).
    request = {
        "aws:SecureTransport": "true",
        "aws:PrincipalAccount": str(bucket.account_id),
        "aws:ResourceAccount": str(bucket.account_id),
        "aws:PrincipalIsAWSService": "false",
    }
    statements = [unconditional(each) for each in _statements(policy) if holds(each.get("Condition", {}), request)]
    if not statements:
        return PermissionResult.NEUTRAL
    return IAMPolicy(json.dumps({**policy, "Statement": statements})).is_action_permitted(action, resource)


def holds(condition: Mapping[str, Mapping[str, Any]], request: Mapping[str, str]) -> bool:
    """Return whether all operators of a condition hold; keys that `request` lacks and unknown operators do not."""
    return all(
        _compare(operator, request.get(key), _texts(wanted))
        for operator, keys in condition.items()
        for key, wanted in keys.items()
    )


def unconditional(statement: Statement) -> Statement:
    """Return the statement without its condition."""
    return {key: value for key, value in statement.items() if key != "Condition"}


def _compare(operator: str, actual: str | None, wanted: Sequence[str]) -> bool:
    if actual is None:
        return False
    if operator in ("StringEquals", "Bool"):
        return actual in wanted
    return operator == "StringNotEquals" and actual not in wanted


def _statements(policy: Mapping[str, Any]) -> list[Statement]:
    found = policy.get("Statement", [])
    return found if isinstance(found, list) else [found]


def _texts(value: Any) -> list[str]:
    values = value if isinstance(value, list) else [value]
    return [str(each).lower() if isinstance(each, bool) else str(each) for each in values]
