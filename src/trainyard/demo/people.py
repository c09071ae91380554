"""A second person in an environment: approvals of two people need somebody whom AWS knows as another."""

from collections.abc import Generator
from contextlib import contextmanager
from typing import Any

from trainyard.demo.shell import Shell

NAME = "second-approver"
_CALLS: dict[str, dict[str, Any]] = {
    "InvokeFunctionUrl": {"FunctionUrlAuthType": "AWS_IAM"},
    "InvokeFunction": {"InvokedViaFunctionUrl": True},
}
"""What calling a function's address takes (Lambda developer guide, "Control access to Lambda function URLs")."""


@contextmanager
def second_person(shell: Shell) -> Generator[dict[str, str], None, None]:
    """Give the variables of an IAM user who may approve in the environment, and is gone after the block."""
    iam = shell.client("iam")
    user = iam.create_user(UserName=NAME)["User"]
    key = iam.create_access_key(UserName=NAME)["AccessKey"]
    try:
        with _may_call(shell, user["Arn"]):
            yield {
                "AWS_ACCESS_KEY_ID": key["AccessKeyId"],
                "AWS_SECRET_ACCESS_KEY": key["SecretAccessKey"],
                "AWS_SESSION_TOKEN": "",
            }
    finally:
        iam.delete_access_key(UserName=NAME, AccessKeyId=key["AccessKeyId"])
        iam.delete_user(UserName=NAME)


@contextmanager
def _may_call(shell: Shell, arn: str) -> Generator[None, None, None]:
    """Let a user call the approval function's address, as an administrator would let a person in for a day."""
    functions = shell.client("lambda")
    name = f"trainyard-{shell.environment}-approval"
    for action, how in _CALLS.items():
        functions.add_permission(
            FunctionName=name, StatementId=f"{NAME}-{action}", Action=f"lambda:{action}", Principal=arn, **how
        )
    try:
        yield
    finally:
        for action in _CALLS:
            functions.remove_permission(FunctionName=name, StatementId=f"{NAME}-{action}")
