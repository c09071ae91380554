"""KMS keys that are disabled or wait for their deletion cannot be used.

Source: KMS developer guide, "Key states of AWS KMS keys", the table and its footnotes.
"""

import base64
import re
from typing import Any

from moto.kms.models import kms_backends

from localcloud.aws_request import AwsRequest
from localcloud.errors import AwsError
from localcloud.scope import Scope

_USES = re.compile(
    "CreateGrant|(De|En|ReEn)crypt|DeriveSharedSecret|(Dis|En)ableKeyRotation|GenerateDataKey.*|GenerateMac|GetPublicKey"
    "|ReplicateKey|RotateKeyOnDemand|Sign|Verify|VerifyMac"
)
_CHANGES = re.compile(
    "CreateAlias|(Dis|En)ableKey|ScheduleKeyDeletion|(Tag|Untag)Resource|UpdateAlias|UpdateKeyDescription"
)
_KEY_ID_BYTES = 36
_NAMES = ("KeyId", "TargetKeyId", "SourceKeyId", "DestinationKeyId")


def state_problem(operation: str, state: str, arn: str) -> tuple[str, str] | None:
    """Return the error code and message with which `operation` fails on a key in that state, or None."""
    if operation == "CancelKeyDeletion":
        return None if state == "PendingDeletion" else ("KMSInvalidStateException", f"{arn} is not pending deletion.")
    uses = _USES.fullmatch(operation)
    if state == "PendingDeletion" and (uses or _CHANGES.fullmatch(operation)):
        return "KMSInvalidStateException", f"{arn} is pending deletion."
    if state == "Disabled" and uses:
        return "DisabledException", f"{arn} is disabled."
    return None


def check_keys(request: AwsRequest) -> None:
    """Refuse a request to KMS that one of its keys is in no state for.

    Raises:
        AwsError: with the key's ARN.
    """
    for key in (find_key(request.caller.scope, name) for name in named_keys(request)):
        problem = state_problem(request.operation, key.key_state, key.arn) if key else None
        if problem:
            raise AwsError(problem[1], code=problem[0], status=400)


def named_keys(request: AwsRequest) -> list[str]:
    """Return the ids, ARNs and aliases of the keys that a request to KMS is about, that of a ciphertext included."""
    parameters = request.parameters
    named = [parameters[name] for name in _NAMES if isinstance(parameters.get(name), str)]
    if isinstance(parameters.get("CiphertextBlob"), str):
        named.append(_encrypted_by(parameters["CiphertextBlob"]))
    return named


def find_key(scope: Scope, name: str) -> Any:
    """Return moto's key of an id, ARN or alias, or None; an ARN's own account and region count."""
    parts = name.split(":", 5)
    region, account, name = (parts[3], parts[4], parts[5]) if len(parts) == 6 else (scope.region, scope.account, name)
    keys = kms_backends[account][region].keys
    # moto's own search makes the AWS-managed keys it does not find, which a look must not.
    if name.startswith("alias/"):
        return next((key for key in keys.values() if name in key.aliases), None)
    return keys.get(name.removeprefix("key/"))


def _encrypted_by(blob: str) -> str:
    # moto's ciphertexts begin with the key's id. What is no ciphertext names no key here, and is an error of moto's.
    try:
        return base64.b64decode(blob)[:_KEY_ID_BYTES].decode("ascii", "replace")
    except ValueError:
        return ""
