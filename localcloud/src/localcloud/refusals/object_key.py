"""Objects under a KMS key that is disabled, waits for its deletion or is closed to the caller's account.

They can be neither written nor read. Source: S3 user guide, "Using server-side encryption with AWS KMS keys (SSE-KMS)".
"""

from typing import Any

from moto.s3.models import s3_backends

from localcloud.aws_request import AwsRequest
from localcloud.errors import AwsError
from localcloud.refusals.foreign import check_grant, key_resource
from localcloud.refusals.key_state import find_key, state_problem
from localcloud.refusals.s3_address import Address, Place
from localcloud.scope import Scope

_ASPECTS = frozenset({"acl", "attributes", "legal-hold", "partNumber", "retention", "tagging", "torrent", "uploadId"})
"""Query parameters of requests that are not about an object's content, or about a part of one."""
_ALGORITHM = "HTTP_X_AMZ_SERVER_SIDE_ENCRYPTION"
_KEY = "HTTP_X_AMZ_SERVER_SIDE_ENCRYPTION_AWS_KMS_KEY_ID"


def check_object_keys(request: AwsRequest, address: Address) -> None:
    """Refuse to write or read an object whose key cannot be used.

    Raises:
        AwsError: with the key's ARN, as S3 hands on what KMS says.
    """
    if not address.target.key or address.query & _ASPECTS:
        return
    scope = request.caller.scope
    if request.method == "GET":
        _check("Decrypt", scope, _key_of_object(address.target))
    elif request.method == "PUT" or (request.method == "POST" and "uploads" in address.query):
        _check("GenerateDataKey", scope, _key_to_write(request, address.target))
        if address.source is not None:
            _check("Decrypt", scope, _key_of_object(address.source))


def _check(operation: str, scope: Scope, name: str | None) -> None:
    if name is None:
        return
    check_grant(scope, f"kms:{operation}", key_resource(scope, name, operation), code="AccessDenied", status=403)
    key = find_key(scope, name)
    problem = state_problem(operation, key.key_state, key.arn) if key else None
    if problem:
        raise AwsError(problem[1], code=f"KMS.{problem[0]}", status=400)


def _key_to_write(request: AwsRequest, place: Place) -> str | None:
    algorithm = request.variables.get(_ALGORITHM)
    if algorithm:
        return request.variables.get(_KEY) if algorithm.startswith("aws:kms") else None
    bucket = _bucket(place)
    if bucket is None or not bucket.encryption:
        return None
    default = bucket.encryption["Rule"]["ApplyServerSideEncryptionByDefault"]
    return default.get("KMSMasterKeyID") if default["SSEAlgorithm"].startswith("aws:kms") else None


def _key_of_object(place: Place) -> str | None:
    bucket = _bucket(place)
    versions = bucket.keys.getlist(place.key, []) if bucket else []
    found = [each for each in versions if place.version_id in (None, each.version_id)]
    encrypted = found and (getattr(found[-1], "encryption", None) or "").startswith("aws:kms")
    return found[-1].kms_key_id if encrypted else None


def _bucket(place: Place) -> Any:
    partition, owner = s3_backends.bucket_accounts.get(place.bucket, ("", ""))
    return s3_backends[owner][partition].buckets.get(place.bucket) if owner else None
