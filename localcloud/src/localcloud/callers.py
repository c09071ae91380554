"""Who a caller is: the identity behind an access key, as sts:GetCallerIdentity tells it."""

import xml.etree.ElementTree as ElementTree
from dataclasses import dataclass

import urllib3

from localcloud.accounts import Caller
from localcloud.cloud import Cloud
from localcloud.errors import AwsError

_BODY = "Action=GetCallerIdentity&Version=2011-06-15"
_NAMESPACE = "{https://sts.amazonaws.com/doc/2011-06-15/}"

_pool = urllib3.PoolManager(retries=False, timeout=30)


@dataclass(frozen=True)
class Identity:
    """An account's root, a user, or a session of a role."""

    account: str
    arn: str
    user_id: str


def identity_of(cloud: Cloud, caller: Caller) -> Identity:
    """Return who signed a request.

    Raises:
        AwsError: STS does not know the key.
    """
    credential = f"{caller.access_key}/20000101/{caller.scope.region}/sts/aws4_request"
    headers = {
        "Authorization": f"AWS4-HMAC-SHA256 Credential={credential}, SignedHeaders=host, Signature=0",
        "Content-Type": "application/x-www-form-urlencoded",
        "Host": f"sts.{caller.scope.region}.amazonaws.com",
    }
    answer = _pool.request("POST", cloud.endpoint_url, body=_BODY, headers=headers)
    root = ElementTree.fromstring(answer.data)
    found = {name: root.findtext(f".//{_NAMESPACE}{name}") for name in ("Account", "Arn", "UserId")}
    if answer.status != 200 or None in found.values():
        raise AwsError(
            "The security token included in the request is invalid.", code="UnrecognizedClientException", status=403
        )
    return Identity(str(found["Account"]), str(found["Arn"]), str(found["UserId"]))
