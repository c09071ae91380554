"""What a whole account has: S3's block of public access, EBS's default encryption, GuardDuty's detector."""

from typing import Any

from localcloud.provider.errors import ProviderError
from localcloud.provider.resource import Resource, given
from localcloud.provider.session import Session, region_of
from localcloud.provider.values import Props

_BLOCKS = {
    "blockPublicAcls": "BlockPublicAcls",
    "blockPublicPolicy": "BlockPublicPolicy",
    "ignorePublicAcls": "IgnorePublicAcls",
    "restrictPublicBuckets": "RestrictPublicBuckets",
}


def _account_settings(session: Session) -> Any:
    """Return a client of S3's account settings that does not put the account before the local cloud's address."""
    client = session.client("s3control")
    client.meta.events.register("before-call.s3-control", _without_account, unique_id="localcloud-host")
    return client


def _without_account(params: dict[str, Any], **_: Any) -> None:
    account = params["headers"].get("x-amz-account-id")
    params["url"] = params["url"].replace(f"//{account}.", "//", 1)


def _put_block(session: Session, props: Props) -> str:
    account = props.get("accountId") or session.account
    wanted = {api: props.get(name) is True for name, api in _BLOCKS.items()}
    _account_settings(session).put_public_access_block(AccountId=account, PublicAccessBlockConfiguration=wanted)
    return account


def _read_block(session: Session, account: str, state: Props) -> Props | None:
    answer = _account_settings(session).get_public_access_block(AccountId=account)
    found = answer["PublicAccessBlockConfiguration"]
    return {"accountId": account, **{name: found.get(api, False) for name, api in _BLOCKS.items()}}


def _delete_block(session: Session, account: str, state: Props) -> None:
    _account_settings(session).delete_public_access_block(AccountId=account)


def _set_encryption(session: Session, props: Props) -> str:
    ec2 = session.client("ec2", region_of(props))
    (ec2.disable_ebs_encryption_by_default if props.get("enabled") is False else ec2.enable_ebs_encryption_by_default)()
    return f"ebs-encryption-{region_of(props) or session.region}"


def _read_encryption(session: Session, resource_id: str, state: Props) -> Props | None:
    answer = session.client("ec2", region_of(state)).get_ebs_encryption_by_default()
    return {"enabled": answer["EbsEncryptionByDefault"]}


def _delete_encryption(session: Session, resource_id: str, state: Props) -> None:
    session.client("ec2", region_of(state)).disable_ebs_encryption_by_default()


def _create_detector(session: Session, props: Props) -> str:
    client = session.client("guardduty", region_of(props))
    if client.list_detectors()["DetectorIds"]:
        # The emulated service would make a second one.
        raise ProviderError("a detector already exists for the current account in this region")
    return client.create_detector(**_detector(props), **({"Tags": props["tagsAll"]} if props["tagsAll"] else {}))[
        "DetectorId"
    ]


def _detector(props: Props) -> dict[str, Any]:
    return {
        "Enable": props.get("enable") is not False,
        **given(props, FindingPublishingFrequency="findingPublishingFrequency"),
    }


def _read_detector(session: Session, detector: str, state: Props) -> Props | None:
    client = session.client("guardduty", region_of(state))
    if detector not in client.list_detectors()["DetectorIds"]:
        return None
    found = client.get_detector(DetectorId=detector)
    return {
        "accountId": session.account,
        "arn": session.arn("guardduty", f"detector/{detector}", region_of(state) or session.region),
        "enable": found["Status"] == "ENABLED",
        "findingPublishingFrequency": found["FindingPublishingFrequency"],
        "tagsAll": dict(found.get("Tags") or {}),
    }


def _update_detector(session: Session, detector: str, state: Props, props: Props, changed: frozenset[str]) -> None:
    if changed & {"tags", "tagsAll"}:
        raise ProviderError("the tags of a detector cannot be changed: the emulated GuardDuty does not serve that")
    session.client("guardduty", region_of(state)).update_detector(DetectorId=detector, **_detector(props))


def _check_detector(props: Props) -> dict[str, str]:
    return {"datasources": "'datasources' is not emulated"} if props.get("datasources") else {}


ROWS = (
    Resource(
        token="aws:s3/accountPublicAccessBlock:AccountPublicAccessBlock",
        create=_put_block,
        read=_read_block,
        update=lambda session, account, state, props, changed: _put_block(session, {**props, "accountId": account}),
        delete=_delete_block,
        defaults=dict.fromkeys(_BLOCKS, False),
    ),
    Resource(
        token="aws:ebs/encryptionByDefault:EncryptionByDefault",
        create=_set_encryption,
        read=_read_encryption,
        update=lambda session, resource_id, state, props, changed: _set_encryption(session, props),
        delete=_delete_encryption,
        defaults={"enabled": True},
    ),
    Resource(
        token="aws:guardduty/detector:Detector",
        create=_create_detector,
        read=_read_detector,
        update=_update_detector,
        delete=lambda session, detector, state: session.client("guardduty", region_of(state)).delete_detector(
            DetectorId=detector
        ),
        check=_check_detector,
        defaults={"enable": True},
    ),
)
