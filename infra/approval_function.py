"""Where people approve. Owns the approval function, its address, and who may call that.

Lambda authenticates every caller (AuthType AWS_IAM). A call needs two permissions (Lambda developer guide, "Control
access to Lambda function URLs", since October 2025): lambda:InvokeFunctionUrl, and lambda:InvokeFunction through the
URL. The named approvers get both here; without any, the IAM policies of the account decide. The function itself refuses
whoever is not named: a resource policy can only add to what identity policies allow.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from infra.function import Function, FunctionArgs


@dataclass(frozen=True, kw_only=True)
class ApprovalFunctionArgs:
    """What an `ApprovalFunction` needs."""

    function: FunctionArgs
    approvers: Sequence[str]
    """ARNs of users and roles; empty leaves it to the account's IAM policies."""


class ApprovalFunction(pulumi.ComponentResource):
    """The approval function behind its URL."""

    url: pulumi.Output[str]

    def __init__(self, name: str, args: ApprovalFunctionArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("trainyard:infra:ApprovalFunction", name, None, opts)
        self._opts = pulumi.ResourceOptions(parent=self)
        function = Function(f"{name}-of-versions", args.function, self._opts)
        address = aws.lambda_.FunctionUrl(
            f"{name}-url", function_name=function.name, authorization_type="AWS_IAM", opts=self._opts
        )
        for approver in args.approvers:
            self._may_call(name, function, approver)
        self.url = address.function_url
        self.register_outputs({"url": self.url})

    def _may_call(self, name: str, function: Function, approver: str) -> None:
        # Named by content: removing one approver leaves the others' permissions alone.
        who = hashlib.sha256(approver.encode()).hexdigest()[:8]
        aws.lambda_.Permission(
            f"{name}-url-of-{who}",
            action="lambda:InvokeFunctionUrl",
            function=function.name,
            principal=approver,
            function_url_auth_type="AWS_IAM",
            opts=self._opts,
        )
        aws.lambda_.Permission(
            f"{name}-call-of-{who}",
            action="lambda:InvokeFunction",
            function=function.name,
            principal=approver,
            invoked_via_function_url=True,
            opts=self._opts,
        )
