"""CloudWatch log groups."""

from typing import Any

from localcloud.provider.naming import Naming
from localcloud.provider.resource import Resource, given
from localcloud.provider.session import Session, region_of
from localcloud.provider.tagging import Tagging
from localcloud.provider.values import Props

_TAGS = Tagging(target="resourceArn", tags="tags", keys="tagKeys", answer="tags", form="map")


def _logs(session: Session, props: Props) -> Any:
    return session.client("logs", region_of(props))


def _create_log_group(session: Session, props: Props) -> str:
    logs, name = _logs(session, props), props["name"]
    logs.create_log_group(
        logGroupName=name,
        **given(props, kmsKeyId="kmsKeyId", logGroupClass="logGroupClass"),
        **({"tags": props["tagsAll"]} if props["tagsAll"] else {}),
    )
    if props.get("retentionInDays"):
        logs.put_retention_policy(logGroupName=name, retentionInDays=props["retentionInDays"])
    return name


def _read_log_group(session: Session, name: str, state: Props) -> Props | None:
    logs = _logs(session, state)
    pages = logs.get_paginator("describe_log_groups").paginate(logGroupNamePrefix=name)
    found = next((one for page in pages for one in page["logGroups"] if one["logGroupName"] == name), None)
    if found is None:
        return None
    told = {
        "name": name,
        "arn": found["arn"].removesuffix(":*"),
        "retentionInDays": found.get("retentionInDays", 0),
        "kmsKeyId": found.get("kmsKeyId"),
        "logGroupClass": found.get("logGroupClass", "STANDARD"),
    }
    return {**told, "tagsAll": _TAGS.read(logs, name, told)}


def _update_log_group(session: Session, name: str, state: Props, props: Props, changed: frozenset[str]) -> None:
    logs = _logs(session, state)
    if "retentionInDays" in changed:
        if props.get("retentionInDays"):
            logs.put_retention_policy(logGroupName=name, retentionInDays=props["retentionInDays"])
        else:
            logs.delete_retention_policy(logGroupName=name)
    if "kmsKeyId" in changed:
        if props.get("kmsKeyId"):
            logs.associate_kms_key(logGroupName=name, kmsKeyId=props["kmsKeyId"])
        else:
            logs.disassociate_kms_key(logGroupName=name)
    if changed & {"tags", "tagsAll"}:
        _TAGS.change(logs, name, state, props["tagsAll"])


def _delete_log_group(session: Session, name: str, state: Props) -> None:
    if state.get("skipDestroy") is not True:
        _logs(session, state).delete_log_group(logGroupName=name)


ROWS = (
    Resource(
        token="aws:cloudwatch/logGroup:LogGroup",
        naming=Naming(longest=512),
        create=_create_log_group,
        read=_read_log_group,
        update=_update_log_group,
        delete=_delete_log_group,
        defaults={"retentionInDays": 0, "skipDestroy": False},
    ),
)
