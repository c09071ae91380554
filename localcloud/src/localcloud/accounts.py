"""Whose request is it: the account behind an access key, and the scope and service a signature names.

Every account exists: its standing access key is `LKIA` and the account's twelve digits. Keys that moto issued
(iam:CreateAccessKey, sts:AssumeRole) belong to the account that moto knows them by. Any other key is refused, so that
real credentials that reach the local cloud by mistake are noticed.
"""

import re
from dataclasses import dataclass
from urllib.parse import parse_qs

from localcloud.errors import AwsError
from localcloud.scope import Scope

SECRET_KEY = "local"
DEFAULT_ACCOUNT = "000000000001"
DEFAULT_REGION = "us-east-1"

_STANDING_KEY = re.compile(r"LKIA(\d{12})")
_CREDENTIAL = re.compile(r"Credential=([^/,\s]+)/\d+/([^/,\s]+)/([^/,\s]+)/aws4_request")


def access_key(account: str) -> str:
    """Return the standing access key of an account.

    Raises:
        ValueError: an account is twelve digits.
    """
    if not re.fullmatch(r"\d{12}", account):
        raise ValueError(f"an account is twelve digits, got {account!r}")
    return f"LKIA{account}"


@dataclass(frozen=True, kw_only=True)
class Caller:
    """Who signed a request: scope, the access key, and the service the signature names (empty when unsigned)."""

    scope: Scope
    access_key: str
    service: str


def identify(authorization: str, query: str) -> Caller:
    """Return the caller of a request from its Authorization header or its presigned query string.

    Raises:
        AwsError: the access key belongs to no account of this cloud.
    """
    key, region, service = _credential(authorization, query)
    if not key:
        return Caller(scope=Scope(DEFAULT_ACCOUNT, DEFAULT_REGION), access_key="", service="")
    return Caller(scope=Scope(account_of(key), region), access_key=key, service=service)


def account_of(key: str) -> str:
    """Return the account an access key belongs to.

    Raises:
        AwsError: it belongs to none.
    """
    standing = _STANDING_KEY.fullmatch(key)
    if standing:
        return standing[1]
    from moto.iam.models import iam_backends  # moto is slow to import; clients of this module may not need it

    for account, partitions in list(iam_backends.items()):
        if key in partitions["aws"].access_keys:
            return account
    raise AwsError(
        f"The access key {key!r} belongs to no account of this local cloud. "
        'Run `eval "$(localcloud env)"` in this shell, or use LKIA followed by the account\'s twelve digits.',
        code="InvalidClientTokenId",
        status=403,
    )


def _credential(authorization: str, query: str) -> tuple[str, str, str]:
    found = _CREDENTIAL.search(authorization)
    if found:
        return found[1], found[2], found[3]
    legacy = re.match(r"AWS ([^:\s]+):", authorization)
    if legacy:
        return legacy[1], DEFAULT_REGION, "s3"
    parameters = parse_qs(query)
    presigned = parameters.get("X-Amz-Credential", [""])[0].split("/")
    if len(presigned) == 5:
        return presigned[0], presigned[2], presigned[3]
    if "AWSAccessKeyId" in parameters:
        return parameters["AWSAccessKeyId"][0], DEFAULT_REGION, "s3"
    return "", "", ""
