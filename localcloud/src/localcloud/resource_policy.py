"""What the policy of a resource lets another account do.

Between accounts the policy of the resource decides: it must name the caller's account, by itself or by one of its
users or roles. The caller's own policies are not asked here, since nothing of IAM is enforced inside an account.

Sources: IAM user guide, "Cross-account policy evaluation logic" and "Troubleshoot access denied error messages".
"""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from fnmatch import fnmatchcase
from typing import Any

Statement = dict[str, Any]


def allows(policy: str | None, *, caller: str, owner: str, action: str, service: str = "") -> bool:
    """Return whether a policy allows an action of another account: something allows it and nothing denies it.

    Args:
        policy: the document as JSON; None where the resource has none.
        caller: the account that asks.
        owner: the account of the resource.
        action: such as `kms:Decrypt`.
        service: the AWS service that asks for the caller, such as `sagemaker.amazonaws.com`.
    """
    request = {
        # A request over the local cloud's plain HTTP never leaves the machine: it stands for one over TLS.
        "aws:SecureTransport": "true",
        "aws:PrincipalAccount": caller,
        "aws:ResourceAccount": owner,
        "aws:PrincipalIsAWSService": "false",
        "aws:SourceAccount": caller if service else "",
    }
    return verdict(
        json.loads(policy or "{}"), lambda principal: _names_caller(principal, caller, service), action, request
    )


def service_may(policy: Mapping[str, Any], service: str, *, action: str, source_account: str, source_arn: str) -> bool:
    """Return whether a policy lets an AWS service act for a resource, such as EventBridge for one of its rules."""
    request = {
        "aws:PrincipalIsAWSService": "true",
        "aws:SourceAccount": source_account,
        "aws:SourceArn": source_arn,
    }

    def names(principal: Any) -> bool:
        services = _texts(principal.get("Service", [])) if isinstance(principal, Mapping) else []
        return principal == "*" or service in services

    return verdict(policy, names, action, request)


def verdict(policy: Mapping[str, Any], names: Callable[[Any], bool], action: str, request: Mapping[str, str]) -> bool:
    """Return whether a policy allows an action: something allows it and nothing denies it.

    Args:
        policy: the document.
        names: whether a statement's principal means the one who asks.
        action: such as `kms:Decrypt`.
        request: the condition keys that are known of the request.
    """
    effects = {
        statement.get("Effect")
        for statement in statements(policy)
        if names(statement.get("Principal"))
        and _names_action(statement.get("Action", ()), action)
        and holds(statement.get("Condition", {}), request)
    }
    return "Allow" in effects and "Deny" not in effects


def denial(caller: str, action: str, arn: str) -> str:
    """Return AWS's sentence for a request of an account that no policy of the resource allows."""
    return (
        f"User: arn:aws:iam::{caller}:root is not authorized to perform: {action} on resource: {arn} "
        f"because no resource-based policy allows the {action} action"
    )


def statements(policy: Mapping[str, Any]) -> list[Statement]:
    """Return the statements of a policy, which writes a single one without a list."""
    found = policy.get("Statement", [])
    return found if isinstance(found, list) else [found]


def holds(condition: Mapping[str, Mapping[str, Any]], request: Mapping[str, str]) -> bool:
    """Return whether all operators of a condition hold; keys that `request` lacks and unknown operators do not."""
    known = {key.lower(): value for key, value in request.items()}
    return all(
        _compare(operator, known.get(key.lower()), _texts(wanted))
        for operator, keys in condition.items()
        for key, wanted in keys.items()
    )


def _names_caller(principal: Any, caller: str, service: str) -> bool:
    if principal == "*":
        return True
    if not isinstance(principal, Mapping):  # NotPrincipal names nobody here
        return False
    accounts = (_account(each) for each in _texts(principal.get("AWS", [])))
    return any(account in ("*", caller) for account in accounts) or service in _texts(principal.get("Service", []))


def _account(principal: str) -> str:
    return principal.split(":")[4] if principal.startswith("arn:") else principal


def _names_action(actions: Any, action: str) -> bool:
    return any(fnmatchcase(action.lower(), pattern.lower()) for pattern in _texts(actions))


def _compare(operator: str, actual: str | None, wanted: Sequence[str]) -> bool:
    if actual is None:
        return False
    if operator in ("StringEquals", "Bool"):
        return actual in wanted
    if operator in ("StringLike", "ArnLike", "ArnEquals"):
        return any(fnmatchcase(actual, pattern) for pattern in wanted)
    return operator == "StringNotEquals" and actual not in wanted


def _texts(value: Any) -> list[str]:
    return list(_each(value))


def _each(value: Any) -> Iterator[str]:
    for each in value if isinstance(value, list | tuple) else [value]:
        yield str(each).lower() if isinstance(each, bool) else str(each)
