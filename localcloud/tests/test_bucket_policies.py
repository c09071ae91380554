import json
from types import SimpleNamespace
from typing import Any

import pytest
from moto.iam.access_control import PermissionResult

from localcloud.bucket_policies import permission

ANYTHING = {"Principal": {"AWS": "*"}, "Action": "s3:*", "Resource": ["arn:aws:s3:::b", "arn:aws:s3:::b/*"]}


def said(*statements: dict[str, Any]) -> PermissionResult:
    policy = json.dumps({"Version": "2012-10-17", "Statement": list(statements)}).encode()
    return permission(SimpleNamespace(policy=policy, account_id="000000000001"), "s3:PutObject", "arn:aws:s3:::b/key")


@pytest.mark.parametrize(
    "condition",
    [
        {"Bool": {"aws:SecureTransport": "false"}},
        {"Bool": {"aws:SecureTransport": False}},
        {
            "StringNotEquals": {"aws:PrincipalAccount": "000000000001"},
            "Bool": {"aws:PrincipalIsAWSService": "false"},
        },
        {"StringEquals": {"aws:SomethingElse": "x"}},
    ],
)
def test_a_deny_whose_condition_does_not_hold_denies_nothing(condition: dict[str, Any]) -> None:
    assert said({"Effect": "Deny", **ANYTHING, "Condition": condition}) == PermissionResult.NEUTRAL


@pytest.mark.parametrize(
    "condition",
    [
        {},
        {"Bool": {"aws:SecureTransport": "true"}},
        {"StringNotEquals": {"aws:PrincipalAccount": "000000000002"}},
        {"StringEquals": {"aws:PrincipalAccount": ["000000000001", "000000000002"]}},
    ],
)
def test_a_deny_whose_condition_holds_denies(condition: dict[str, Any]) -> None:
    assert said({"Effect": "Deny", **ANYTHING, "Condition": condition}) == PermissionResult.DENIED


def test_a_bucket_without_policy_says_nothing() -> None:
    bucket = SimpleNamespace(policy=None, account_id="000000000001")
    assert permission(bucket, "s3:GetObject", "arn:aws:s3:::b/key") == PermissionResult.NEUTRAL
