"""Keys and their aliases."""

from typing import Any

from localcloud.provider.naming import Naming
from localcloud.provider.resource import Resource, given, pairs
from localcloud.provider.session import Session, region_of
from localcloud.provider.tagging import Tagging
from localcloud.provider.values import Props

_TAGS = Tagging(target="KeyId", of="id", list="list_resource_tags", key="TagKey", value="TagValue")
_DEFAULT_WINDOW_DAYS = 30


def _create(session: Session, props: Props) -> str:
    kms = session.client("kms", region_of(props))
    key = kms.create_key(
        **given(
            props,
            Policy="policy",
            Description="description",
            KeyUsage="keyUsage",
            KeySpec="customerMasterKeySpec",
            MultiRegion="multiRegion",
            BypassPolicyLockoutSafetyCheck="bypassPolicyLockoutSafetyCheck",
        ),
        **({"Tags": pairs(props["tagsAll"], "TagKey", "TagValue")} if props["tagsAll"] else {}),
    )["KeyMetadata"]["KeyId"]
    if props.get("enableKeyRotation") is True:
        _rotate(kms, key, props)
    if props.get("isEnabled") is False:
        kms.disable_key(KeyId=key)
    return key


def _rotate(kms: Any, key: str, props: Props) -> None:
    if props.get("enableKeyRotation") is True:
        kms.enable_key_rotation(KeyId=key, **given(props, RotationPeriodInDays="rotationPeriodInDays"))
    else:
        kms.disable_key_rotation(KeyId=key)


def _read(session: Session, key: str, state: Props) -> Props | None:
    kms = session.client("kms", region_of(state))
    found = kms.describe_key(KeyId=key)["KeyMetadata"]
    if found["KeyState"] in ("PendingDeletion", "PendingReplicaDeletion"):
        return None
    rotation = kms.get_key_rotation_status(KeyId=key)
    return {
        "arn": found["Arn"],
        "keyId": found["KeyId"],
        "description": found.get("Description") or None,
        "keyUsage": found.get("KeyUsage", "ENCRYPT_DECRYPT"),
        "customerMasterKeySpec": found.get("KeySpec") or found.get("CustomerMasterKeySpec") or "SYMMETRIC_DEFAULT",
        "isEnabled": found.get("Enabled", True),
        "multiRegion": found.get("MultiRegion", False),
        "enableKeyRotation": rotation["KeyRotationEnabled"],
        "rotationPeriodInDays": rotation.get("RotationPeriodInDays"),
        "policy": kms.get_key_policy(KeyId=key, PolicyName="default")["Policy"],
        "tagsAll": _TAGS.read(kms, key, state),
    }


def _update(session: Session, key: str, state: Props, props: Props, changed: frozenset[str]) -> None:
    kms = session.client("kms", region_of(state))
    if "policy" in changed and props.get("policy"):
        kms.put_key_policy(KeyId=key, PolicyName="default", Policy=props["policy"])
    if "description" in changed:
        kms.update_key_description(KeyId=key, Description=props.get("description", ""))
    # The rotation of a disabled key cannot be changed: a key is enabled before, and disabled after.
    if "isEnabled" in changed and props.get("isEnabled") is not False:
        kms.enable_key(KeyId=key)
    if changed & {"enableKeyRotation", "rotationPeriodInDays"}:
        _rotate(kms, key, props)
    if "isEnabled" in changed and props.get("isEnabled") is False:
        kms.disable_key(KeyId=key)
    if changed & {"tags", "tagsAll"}:
        _TAGS.change(kms, key, state, props["tagsAll"])


def _delete(session: Session, key: str, state: Props) -> None:
    kms = session.client("kms", region_of(state))
    try:
        kms.schedule_key_deletion(
            KeyId=key, PendingWindowInDays=state.get("deletionWindowInDays") or _DEFAULT_WINDOW_DAYS
        )
    except kms.exceptions.KMSInvalidStateException as error:
        if "is pending deletion" not in str(error):  # somebody else has scheduled it: that is what was wanted
            raise


def _create_alias(session: Session, props: Props) -> str:
    client = session.client("kms", region_of(props))
    client.create_alias(AliasName=props["name"], TargetKeyId=props["targetKeyId"])
    return props["name"]


def _read_alias(session: Session, name: str, state: Props) -> Props | None:
    kms = session.client("kms", region_of(state))
    pages = kms.get_paginator("list_aliases").paginate()
    found = next((one for page in pages for one in page["Aliases"] if one["AliasName"] == name), None)
    if found is None or not found.get("TargetKeyId"):
        return None
    target = kms.describe_key(KeyId=found["TargetKeyId"])["KeyMetadata"]
    return {"name": name, "arn": found["AliasArn"], "targetKeyId": target["KeyId"], "targetKeyArn": target["Arn"]}


def _update_alias(session: Session, name: str, state: Props, props: Props, changed: frozenset[str]) -> None:
    session.client("kms", region_of(state)).update_alias(AliasName=name, TargetKeyId=props["targetKeyId"])


def same_key(left: Any, right: Any) -> bool:
    """Return whether two values name the same key: by id or by ARN."""
    return str(left).rsplit("/", 1)[-1] == str(right).rsplit("/", 1)[-1]


ROWS = (
    Resource(
        token="aws:kms/key:Key",
        create=_create,
        read=_read,
        update=_update,
        delete=_delete,
        documents=frozenset({"policy"}),
        defaults={"isEnabled": True, "enableKeyRotation": False},
    ),
    Resource(
        token="aws:kms/alias:Alias",
        naming=Naming(before="alias/"),
        create=_create_alias,
        read=_read_alias,
        update=_update_alias,
        delete=lambda session, name, state: session.client("kms", region_of(state)).delete_alias(AliasName=name),
        same={"targetKeyId": same_key},
    ),
)
