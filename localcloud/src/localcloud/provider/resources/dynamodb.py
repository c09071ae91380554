"""DynamoDB tables."""

from typing import Any

from localcloud.provider.naming import Naming
from localcloud.provider.resource import Resource, given
from localcloud.provider.session import Session, region_of
from localcloud.provider.tagging import Tagging
from localcloud.provider.values import Props

_TAGS = Tagging(list="list_tags_of_resource")
_SECONDS = 600


def _client(session: Session, props: Props) -> Any:
    return session.client("dynamodb", region_of(props))


def _keys(props: Props) -> list[dict[str, str]]:
    keys = [{"AttributeName": props["hashKey"], "KeyType": "HASH"}]
    return [*keys, {"AttributeName": props["rangeKey"], "KeyType": "RANGE"}] if props.get("rangeKey") else keys


def _attributes(props: Props) -> list[dict[str, str]]:
    return [{"AttributeName": one["name"], "AttributeType": one["type"]} for one in props.get("attributes") or []]


def _throughput(props: Props) -> dict[str, Any]:
    if props.get("billingMode") == "PAY_PER_REQUEST":
        return {}
    return {
        "ProvisionedThroughput": {
            "ReadCapacityUnits": props.get("readCapacity") or 1,
            "WriteCapacityUnits": props.get("writeCapacity") or 1,
        }
    }


def _index(index: Props, props: Props, local: bool) -> dict[str, Any]:
    keys = _keys({**index, "hashKey": props["hashKey"]} if local else index)
    projection = {"ProjectionType": index["projectionType"], **given(index, NonKeyAttributes="nonKeyAttributes")}
    throughput = {} if local else _throughput({**index, "billingMode": props.get("billingMode")})
    return {"IndexName": index["name"], "KeySchema": keys, "Projection": projection, **throughput}


def _encryption(props: Props) -> dict[str, Any]:
    chosen = props.get("serverSideEncryption")
    if not chosen:
        return {}
    wanted = {"Enabled": bool(chosen.get("enabled")), **given(chosen, KMSMasterKeyId="kmsKeyArn")}
    return {"SSESpecification": {**wanted, **({"SSEType": "KMS"} if wanted["Enabled"] else {})}}


def _stream(props: Props) -> dict[str, Any]:
    if not props.get("streamEnabled"):
        return {}
    return {"StreamSpecification": {"StreamEnabled": True, **given(props, StreamViewType="streamViewType")}}


def _create(session: Session, props: Props) -> str:
    client, name = _client(session, props), props["name"]
    indexes = {
        "GlobalSecondaryIndexes": [_index(one, props, False) for one in props.get("globalSecondaryIndexes") or []],
        "LocalSecondaryIndexes": [_index(one, props, True) for one in props.get("localSecondaryIndexes") or []],
    }
    client.create_table(
        TableName=name,
        KeySchema=_keys(props),
        AttributeDefinitions=_attributes(props),
        BillingMode=props["billingMode"],
        **_throughput(props),
        **{key: value for key, value in indexes.items() if value},
        **_encryption(props),
        **_stream(props),
        **given(props, DeletionProtectionEnabled="deletionProtectionEnabled", TableClass="tableClass"),
        **({"Tags": _TAGS.encode(props["tagsAll"])} if props["tagsAll"] else {}),
    )
    _wait(session, client, name)
    _extras(client, name, props, frozenset(props))
    return name


def _wait(session: Session, client: Any, name: str) -> None:
    session.until(
        lambda: client.describe_table(TableName=name)["Table"]["TableStatus"] == "ACTIVE",
        seconds=_SECONDS,
        what=f"table {name} to be active",
    )


def _extras(client: Any, name: str, props: Props, names: frozenset[str]) -> None:
    if "pointInTimeRecovery" in names:
        chosen = props.get("pointInTimeRecovery") or {}
        client.update_continuous_backups(
            TableName=name,
            PointInTimeRecoverySpecification={
                "PointInTimeRecoveryEnabled": bool(chosen.get("enabled")),
                **given(chosen, RecoveryPeriodInDays="recoveryPeriodInDays"),
            },
        )
    if "ttl" in names and (props.get("ttl") or {}).get("attributeName"):
        client.update_time_to_live(
            TableName=name,
            TimeToLiveSpecification={
                "Enabled": bool(props["ttl"].get("enabled")),
                "AttributeName": props["ttl"]["attributeName"],
            },
        )


def _read(session: Session, name: str, state: Props) -> Props | None:
    client = _client(session, state)
    table = client.describe_table(TableName=name)["Table"]
    roles = {key["KeyType"]: key["AttributeName"] for key in table["KeySchema"]}
    backups = client.describe_continuous_backups(TableName=name)["ContinuousBackupsDescription"]
    recovery = backups.get("PointInTimeRecoveryDescription", {})
    ttl = client.describe_time_to_live(TableName=name)["TimeToLiveDescription"]
    told = {
        "name": name,
        "arn": table["TableArn"],
        "hashKey": roles.get("HASH"),
        "rangeKey": roles.get("RANGE"),
        "attributes": [
            {"name": one["AttributeName"], "type": one["AttributeType"]} for one in table["AttributeDefinitions"]
        ],
        "billingMode": table.get("BillingModeSummary", {}).get("BillingMode", "PROVISIONED"),
        "deletionProtectionEnabled": table.get("DeletionProtectionEnabled", False),
        "pointInTimeRecovery": {"enabled": recovery.get("PointInTimeRecoveryStatus") == "ENABLED"},
        "ttl": {"enabled": ttl["TimeToLiveStatus"] == "ENABLED", "attributeName": ttl.get("AttributeName")},
        "streamArn": table.get("LatestStreamArn"),
        "streamLabel": table.get("LatestStreamLabel"),
        "streamEnabled": table.get("StreamSpecification", {}).get("StreamEnabled", False),
        "streamViewType": table.get("StreamSpecification", {}).get("StreamViewType"),
    }
    encryption = table.get("SSEDescription")
    if encryption:
        told["serverSideEncryption"] = {
            "enabled": encryption.get("Status") in ("ENABLED", "UPDATING"),
            "kmsKeyArn": encryption.get("KMSMasterKeyArn"),
        }
    if told["billingMode"] == "PROVISIONED":
        told["readCapacity"] = table["ProvisionedThroughput"]["ReadCapacityUnits"]
        told["writeCapacity"] = table["ProvisionedThroughput"]["WriteCapacityUnits"]
    return {**told, "tagsAll": _TAGS.read(client, name, told)}


def _update(session: Session, name: str, state: Props, props: Props, changed: frozenset[str]) -> None:
    client = _client(session, state)
    params: dict[str, Any] = {}
    if changed & {"billingMode", "readCapacity", "writeCapacity"}:
        params |= {"BillingMode": props["billingMode"], **_throughput(props)}
    if "deletionProtectionEnabled" in changed:
        params["DeletionProtectionEnabled"] = bool(props.get("deletionProtectionEnabled"))
    if "serverSideEncryption" in changed:
        params |= _encryption(props) or {"SSESpecification": {"Enabled": False}}
    if changed & {"streamEnabled", "streamViewType"}:
        params |= _stream(props) or {"StreamSpecification": {"StreamEnabled": False}}
    params |= given(props, TableClass="tableClass") if "tableClass" in changed else {}
    if params:
        client.update_table(TableName=name, **params)
        _wait(session, client, name)
    if "globalSecondaryIndexes" in changed:
        _change_indexes(session, client, name, state, props)
    _extras(client, name, props, changed)
    if changed & {"tags", "tagsAll"}:
        _TAGS.change(client, name, state, props["tagsAll"])


def _change_indexes(session: Session, client: Any, name: str, state: Props, props: Props) -> None:
    """Delete and create indexes one at a time, as AWS allows one a call."""
    old = {one["name"]: one for one in state.get("globalSecondaryIndexes") or []}
    new = {one["name"]: one for one in props.get("globalSecondaryIndexes") or []}
    steps = [{"Delete": {"IndexName": one}} for one in old if old[one] != new.get(one)]
    steps += [{"Create": _index(new[one], props, False)} for one in new if new[one] != old.get(one)]
    for step in steps:
        client.update_table(TableName=name, AttributeDefinitions=_attributes(props), GlobalSecondaryIndexUpdates=[step])
        _wait(session, client, name)


ROWS = (
    Resource(
        token="aws:dynamodb/table:Table",
        naming=Naming(),
        create=_create,
        read=_read,
        update=_update,
        delete=lambda session, name, state: _client(session, state).delete_table(TableName=name),
        defaults={"billingMode": "PROVISIONED", "tableClass": "STANDARD", "deletionProtectionEnabled": False},
        # As the provider's documentation has it; a plan cannot be asked, it wants whole tables.
        replaces=frozenset({"hashKey", "rangeKey", "localSecondaryIndexes", "importTable"}),
    ),
)
