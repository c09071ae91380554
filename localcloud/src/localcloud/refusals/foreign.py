"""Resources of other accounts, which answer only those whom their own policies let in.

Sources: IAM user guide, "Cross-account policy evaluation logic" and "Troubleshoot access denied error messages" (the
wording); KMS developer guide, "Allowing users in other accounts to use a KMS key"; IAM user guide, "Cross account
resource access in IAM" (role trust policies); Systems Manager user guide, "Working with shared parameters"; DynamoDB
developer guide, "Cross-account access with resource-based policies"; the error codes are those of each service's API
reference, "Common errors", but SNS's (Publish: AuthorizationError).
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs

from moto.ecr.models import ecr_backends
from moto.iam.models import iam_backends
from moto.sns.models import sns_backends

from localcloud.aws_request import AwsRequest
from localcloud.errors import AwsError
from localcloud.refusals.key_state import find_key, named_keys
from localcloud.resource_policy import allows, denial
from localcloud.scope import Scope

_SHARED_KEY_USES = re.compile(
    "CreateGrant|(De|En|ReEn)crypt|DeriveSharedSecret|DescribeKey|GenerateDataKey.*|GenerateMac|GetKeyRotationStatus"
    "|GetPublicKey|ListGrants|(Retire|Revoke)Grant|Sign|Verify|VerifyMac"
)
"""The operations for which a key policy can let another account in; for every other one it has no effect."""


@dataclass(frozen=True)
class Resource:
    """A resource that a request names, and its policy as JSON; None where it is not there or has none."""

    arn: str
    policy: str | None = None

    @property
    def account(self) -> str:
        """The account that owns it; empty for a name that is no ARN, which always means the caller's own."""
        parts = self.arn.split(":", 5)
        return parts[4] if len(parts) == 6 and parts[0] == "arn" else ""


def check_foreign(request: AwsRequest) -> None:
    """Refuse a request that names a resource of another account which does not let the caller in.

    Raises:
        AwsError: with the caller, the action and the resource.
    """
    if request.service not in _SERVICES:
        return
    find, code, status = _SERVICES[request.service]
    for resource in find(request):
        check_grant(request.caller.scope, f"{request.service}:{request.operation}", resource, code=code, status=status)


def check_grant(caller: Scope, action: str, resource: Resource, *, code: str, status: int) -> None:
    """Refuse an action on a resource of another account that does not let the caller in.

    Raises:
        AwsError: with the code and status that the service uses.
    """
    owner = resource.account
    if owner in ("", caller.account) or allows(resource.policy, caller=caller.account, owner=owner, action=action):
        return
    raise AwsError(denial(caller.account, action, resource.arn), code=code, status=status)


def key_resource(scope: Scope, name: str, operation: str) -> Resource:
    """Return the key of an id, ARN or alias as another account's operation sees it."""
    key = find_key(scope, name)
    if key is None:
        return Resource(name)
    return Resource(key.arn, key.policy if _SHARED_KEY_USES.fullmatch(operation) else None)


def _keys(request: AwsRequest) -> Iterator[Resource]:
    for name in named_keys(request):
        yield key_resource(request.caller.scope, name, request.operation)


def _topics(request: AwsRequest) -> Iterator[Resource]:
    form = parse_qs(request.body.decode("utf-8", "replace"))
    for arn in (form[name][0] for name in ("TopicArn", "TargetArn", "ResourceArn") if name in form):
        topic: Any = _backend(sns_backends, arn).topics.get(arn) if arn.startswith("arn:") else None
        yield Resource(arn, topic.policy if topic else None)


def _roles(request: AwsRequest) -> Iterator[Resource]:
    arn = parse_qs(request.body.decode("utf-8", "replace")).get("RoleArn", [""])[0]
    account = Resource(arn).account
    roles: Any = iam_backends[account]["aws"].roles.values() if account in iam_backends else ()
    found = next((role for role in roles if role.arn == arn), None)
    yield Resource(arn, found.assume_role_policy_document if found else None)


def _parameters(request: AwsRequest) -> Iterator[Resource]:
    names = [request.parameters.get("Name"), *(request.parameters.get("Names") or [])]
    # Only advanced parameters can be shared, through RAM, which is not served.
    yield from (Resource(name) for name in names if isinstance(name, str))


def _repositories(request: AwsRequest) -> Iterator[Resource]:
    registry = request.parameters.get("registryId")
    if registry is None:
        return
    names = [request.parameters.get("repositoryName")] if "repositoryName" in request.parameters else None
    for name in names or request.parameters.get("repositoryNames") or ["*"]:
        owner = Scope(registry, request.caller.scope.region)
        repository: Any = ecr_backends[owner.account][owner.region].repositories.get(str(name))
        yield Resource(owner.arn("ecr", f"repository/{name}"), repository.policy if repository else None)


def _tables(request: AwsRequest) -> Iterator[Resource]:
    named = (request.parameters.get(name) for name in ("TableName", "ResourceArn"))
    yield from (Resource(name) for name in named if isinstance(name, str))


def _backend(backends: Any, arn: str) -> Any:
    _, _, _, region, account, _ = arn.split(":", 5)
    return backends[account][region]


_Finder = Callable[[AwsRequest], Iterator[Resource]]

_SERVICES: dict[str, tuple[_Finder, str, int]] = {
    "kms": (_keys, "AccessDeniedException", 400),
    "sns": (_topics, "AuthorizationError", 403),
    "sts": (_roles, "AccessDenied", 403),
    "ssm": (_parameters, "AccessDeniedException", 400),
    "ecr": (_repositories, "AccessDeniedException", 400),
    "dynamodb": (_tables, "AccessDeniedException", 400),
}
"""Service as a signature names it: what finds the resources of a request, and the error with which it refuses."""
