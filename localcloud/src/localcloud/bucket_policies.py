"""Bucket policies with conditions.

moto reads a statement as if its condition always held, so a bucket that denies plain HTTP, or other accounts, would
deny everybody everything. Here a statement counts only where its condition holds for a request of the local cloud.
"""

import json
from typing import Any

from moto.iam.access_control import IAMPolicy, PermissionResult

from localcloud.resource_policy import Statement, holds, statements


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
    holding = [unconditional(each) for each in statements(policy) if holds(each.get("Condition", {}), request)]
    if not holding:
        return PermissionResult.NEUTRAL
    return IAMPolicy(json.dumps({**policy, "Statement": holding})).is_action_permitted(action, resource)


def unconditional(statement: Statement) -> Statement:
    """Return the statement without its condition."""
    return {key: value for key, value in statement.items() if key != "Condition"}
