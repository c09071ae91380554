"""The resource-based policy of a function: its statements, and whom it lets in. Pure but for `check_foreign`.

Sources: Lambda API reference, AddPermission; developer guide, "Viewing resource-based IAM policies in Lambda" and
"Control access to Lambda function URLs" (both actions are needed since October 2025).
"""

import json
import re
import uuid
from collections.abc import Mapping
from typing import Any

from localcloud.errors import AwsError
from localcloud.functions import records
from localcloud.functions.errors import Conflict, FunctionMissing, InvalidParameter
from localcloud.functions.names import FunctionName
from localcloud.resource_policy import denial, service_may, verdict
from localcloud.sagemaker.service import Call
from localcloud.store import Document

_ACCOUNT = re.compile(r"\d{12}")
_INVOKE = "lambda:InvokeFunction"
_INVOKE_URL = "lambda:InvokeFunctionUrl"
_POLICY_BYTES = 20_480


def statement_of(params: Mapping[str, Any], function: FunctionName) -> Document:
    """Return the statement that AddPermission asks for.

    Raises:
        InvalidParameter: the type of a URL is given for another action than the one on URLs.
    """
    principal: str = params["Principal"]
    if params.get("FunctionUrlAuthType") and params["Action"] != _INVOKE_URL:
        raise InvalidParameter(f"FunctionUrlAuthType is only supported for {_INVOKE_URL} action")
    conditions: dict[str, dict[str, str]] = {}
    for member, operator, key in (
        ("SourceAccount", "StringEquals", "AWS:SourceAccount"),
        ("PrincipalOrgID", "StringEquals", "aws:PrincipalOrgID"),
        ("FunctionUrlAuthType", "StringEquals", "lambda:FunctionUrlAuthType"),
        ("EventSourceToken", "StringEquals", "lambda:EventSourceToken"),
        ("InvokedViaFunctionUrl", "Bool", "lambda:InvokedViaFunctionUrl"),
        ("SourceArn", "ArnLike", "AWS:SourceArn"),
    ):
        if params.get(member) is not None:
            value = params[member]
            conditions.setdefault(operator, {})[key] = str(value).lower() if isinstance(value, bool) else value
    found: Document = {
        "Sid": params["StatementId"],
        "Effect": "Allow",
        "Principal": _principal(principal),
        "Action": params["Action"],
        "Resource": function.arn,
    }
    return {**found, "Condition": conditions} if conditions else found


def added(policy: Mapping[str, Any] | None, statement: Document) -> Document:
    """Return the policy with one more statement.

    Raises:
        Conflict: it has a statement of that id.
        AwsError: it would be too long.
    """
    statements = (policy or {}).get("Statement", [])
    if any(each["Sid"] == statement["Sid"] for each in statements):
        raise Conflict(
            f"The statement id ({statement['Sid']}) provided already exists. Please provide a new statement id, or "
            "remove the existing statement."
        )
    found = {"Version": "2012-10-17", "Id": "default", "Statement": [*statements, statement]}
    if len(json.dumps(found)) > _POLICY_BYTES:
        text = f"The final policy size is bigger than the limit ({_POLICY_BYTES})."
        raise AwsError(text, code="PolicyLengthExceededException", status=400)
    return {**found, "_Revision": str(uuid.uuid4())}


def removed(policy: Mapping[str, Any] | None, statement_id: str, function: FunctionName) -> Document | None:
    """Return the policy without one statement, None when no statement is left.

    Raises:
        FunctionMissing: it has no such statement.
    """
    statements = (policy or {}).get("Statement", [])
    left = [each for each in statements if each["Sid"] != statement_id]
    if len(left) == len(statements):
        raise FunctionMissing(f"Statement {statement_id} is not found in resource policy.")
    return {**(policy or {}), "Statement": left, "_Revision": str(uuid.uuid4())} if left else None


def service_may_invoke(document: Mapping[str, Any], service: str, *, source_account: str, source_arn: str) -> bool:
    """Return whether a function's policy lets an AWS service invoke it for a resource."""
    return service_may(
        document.get("_Policy") or {}, service, action=_INVOKE, source_account=source_account, source_arn=source_arn
    )


def url_allows(document: Mapping[str, Any], auth_type: str, account: str, arn: str) -> bool:
    """Return whether a function's policy lets a principal invoke it by its URL: both actions must be allowed.

    Args:
        document: the function's.
        auth_type: the URL's, `AWS_IAM` or `NONE`.
        account: the principal's account, empty for nobody.
        arn: the principal's ARN as STS tells it, empty for nobody.
    """
    request = {
        "lambda:FunctionUrlAuthType": auth_type,
        "lambda:InvokedViaFunctionUrl": "true",
        "aws:PrincipalAccount": account,
        "aws:PrincipalArn": _role_of(arn),
        "aws:SecureTransport": "true",
    }
    policy = document.get("_Policy") or {}
    actions = (_INVOKE_URL, _INVOKE)
    return all(verdict(policy, lambda one: _names(one, account, arn), action, request) for action in actions)


def check_foreign(call: Call, function: FunctionName) -> None:
    """Refuse a call on another account's function whose policy does not let the caller in.

    Raises:
        AwsError: with the caller, the action and the function.
    """
    if function.scope.account == call.scope.account:
        return
    action = _INVOKE if call.operation == "Invoke" else f"lambda:{call.operation}"
    document = records.find(call.cloud.store, function) or {}
    root = f"arn:aws:iam::{call.scope.account}:root"
    request = {"aws:PrincipalAccount": call.scope.account, "aws:SecureTransport": "true"}
    policy = document.get("_Policy") or {}
    if not verdict(policy, lambda principal: _names(principal, call.scope.account, root), action, request):
        raise AwsError(denial(call.scope.account, action, function.arn), code="AccessDeniedException", status=403)


def _principal(text: str) -> Any:
    if text == "*":
        return "*"
    if _ACCOUNT.fullmatch(text):
        return {"AWS": f"arn:aws:iam::{text}:root"}
    return {"AWS": text} if text.startswith("arn:") else {"Service": text}


def _names(principal: Any, account: str, arn: str) -> bool:
    if principal == "*":
        return True
    named = principal.get("AWS", []) if isinstance(principal, Mapping) else []
    names = [named] if isinstance(named, str) else named
    meant = {"*", account, f"arn:aws:iam::{account}:root", arn, _role_of(arn)}
    return bool(account) and any(name in meant or _role_of(name) in meant for name in names)


def _role_of(arn: str) -> str:
    """Return the ARN of a role, or of the role behind a session, without the role's path; any other as it is.

    A session's ARN does not tell the path, and names of roles are unique in an account.
    """
    head, _, rest = arn.partition("/")
    session = head.endswith(":assumed-role")
    if not session and not head.endswith(":role"):
        return arn
    name = rest.split("/")[0 if session else -1]
    return f"{head.replace(':sts:', ':iam:').removesuffix('assumed-role').removesuffix('role')}role/{name}"
