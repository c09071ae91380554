"""Resources of other accounts in SageMaker's requests: none is served, and no role of theirs is passed on.

AWS can share model package groups by their policy and by RAM, which is not served: their ARNs are refused too. Sources:
IAM user guide, "Cross-account policy evaluation logic" and "Grant a user permissions to pass a role to an AWS service";
SageMaker API reference, "Common errors" (AccessDeniedException).
"""

from collections.abc import Iterator
from typing import Any

from localcloud.errors import AwsError
from localcloud.resource_policy import denial
from localcloud.scope import Scope
from localcloud.store import Document

_ROLES = ("RoleArn", "ExecutionRoleArn")


def check_arns(scope: Scope, operation: str, params: Document) -> None:
    """Refuse ARNs of other accounts, and their roles.

    Raises:
        AwsError: AccessDeniedException, with the ARN.
    """
    if any(_is_foreign(scope, params.get(name), "iam") for name in _ROLES):
        raise AwsError("Cross-account pass role is not allowed.", code="AccessDeniedException", status=400)
    for arn in _resources(params):
        if _is_foreign(scope, arn, "sagemaker"):
            message = denial(scope.account, f"sagemaker:{operation}", str(arn))
            raise AwsError(message, code="AccessDeniedException", status=400)


def _resources(params: Document) -> Iterator[Any]:
    """Yield what names a resource: parameters themselves, and the packages of a model's containers."""
    yield from params.values()
    for container in [params.get("PrimaryContainer"), *(params.get("Containers") or [])]:
        yield (container or {}).get("ModelPackageName")


def _is_foreign(scope: Scope, value: Any, service: str) -> bool:
    parts = value.split(":", 5) if isinstance(value, str) and value.startswith("arn:") else []
    return len(parts) == 6 and parts[2] == service and parts[4] not in ("", scope.account)
