"""What a function's execution role must be, and the credentials of it that its processes get.

Source: Lambda developer guide, "Defining Lambda function permissions with an execution role".
"""

import threading
from typing import Any

from botocore.exceptions import ClientError

from localcloud.cloud import Cloud
from localcloud.errors import AwsError
from localcloud.functions.errors import InvalidParameter
from localcloud.functions.names import FunctionName
from localcloud.resource_policy import service_may

_NOT_ASSUMABLE = "The role defined for the function cannot be assumed by Lambda."


def check_role(cloud: Cloud, function: FunctionName, role: str) -> None:
    """Refuse an execution role that Lambda may not take on.

    Raises:
        InvalidParameter: there is no such role, or its trust policy does not name Lambda.
        AwsError: it is another account's.
    """
    if role.split(":")[4] != function.scope.account:
        raise AwsError("Cross-account pass role is not allowed.", code="AccessDeniedException", status=403)
    try:
        trust = cloud.client("iam", function.scope).get_role(RoleName=role.rsplit("/", 1)[-1])["Role"]
    except ClientError:
        raise InvalidParameter(_NOT_ASSUMABLE) from None
    allowed = service_may(
        trust["AssumeRolePolicyDocument"],
        "lambda.amazonaws.com",
        action="sts:AssumeRole",
        source_account=function.scope.account,
        source_arn=function.arn,
    )
    if not allowed or trust["Arn"] != role:
        raise InvalidParameter(_NOT_ASSUMABLE)


class Credentials:
    """Sessions of execution roles, one for each function and role while the cloud runs: they do not expire here."""

    def __init__(self, cloud: Cloud) -> None:
        self._cloud = cloud
        self._sessions: dict[tuple[FunctionName, str], dict[str, Any]] = {}
        self._lock = threading.Lock()

    def of(self, function: FunctionName, role: str) -> dict[str, Any]:
        """Return the session of a role for a function, named after it as on AWS.

        Raises:
            AwsError: the role is gone.
        """
        with self._lock:
            if (function, role) not in self._sessions:
                self._sessions[function, role] = self._assume(function, role)
            return self._sessions[function, role]

    def _assume(self, function: FunctionName, role: str) -> dict[str, Any]:
        check_role(self._cloud, function, role)
        sts = self._cloud.client("sts", function.scope)
        # A session's name has two characters at least.
        return sts.assume_role(RoleArn=role, RoleSessionName=function.name.ljust(2, "-"))["Credentials"]
