"""SSM parameters."""

from typing import Any

from localcloud.provider.naming import Naming
from localcloud.provider.resource import Resource, given
from localcloud.provider.session import Session, region_of
from localcloud.provider.tagging import Tagging
from localcloud.provider.values import Props

_TAGS = Tagging(
    target="ResourceId",
    of="id",
    tag="add_tags_to_resource",
    untag="remove_tags_from_resource",
    answer="TagList",
    extra={"ResourceType": "Parameter"},
)


def _client(session: Session, props: Props) -> Any:
    return session.client("ssm", region_of(props))


def _put(session: Session, props: Props, *, overwrite: bool) -> str:
    value = props.get("value") if props.get("value") is not None else props.get("insecureValue")
    value = value if value is not None else props.get("valueWo")
    tags = {} if overwrite or not props["tagsAll"] else {"Tags": _TAGS.encode(props["tagsAll"])}
    _client(session, props).put_parameter(
        Name=props["name"],
        Value=value,
        Type=props["type"],
        Overwrite=overwrite,
        **given(
            props,
            Description="description",
            KeyId="keyId",
            AllowedPattern="allowedPattern",
            Tier="tier",
            DataType="dataType",
        ),
        **tags,
    )
    return props["name"]


def _create(session: Session, props: Props) -> str:
    return _put(session, props, overwrite=props.get("overwrite") is True)


def _read(session: Session, name: str, state: Props) -> Props | None:
    ssm = _client(session, state)
    found = ssm.get_parameter(Name=name, WithDecryption=True)["Parameter"]
    chosen = [{"Key": "Name", "Option": "Equals", "Values": [name]}]
    about = ssm.describe_parameters(ParameterFilters=chosen)["Parameters"]
    about = about[0] if about else {}
    plain = "insecureValue" if state.get("insecureValue") is not None else "value"
    return {
        "name": name,
        "arn": found["ARN"],
        "type": found["Type"],
        plain: found["Value"],
        "version": found["Version"],
        "dataType": found.get("DataType", "text"),
        "description": about.get("Description") or None,
        "keyId": about.get("KeyId"),
        "allowedPattern": about.get("AllowedPattern") or None,
        "tier": about.get("Tier", "Standard"),
        "tagsAll": _TAGS.read(ssm, name, state),
    }


def _update(session: Session, name: str, state: Props, props: Props, changed: frozenset[str]) -> None:
    if changed - {"tags", "tagsAll", "overwrite"}:
        _put(session, {**props, "name": name}, overwrite=True)
    if changed & {"tags", "tagsAll"}:
        _TAGS.change(_client(session, state), name, state, props["tagsAll"])


ROWS = (
    Resource(
        token="aws:ssm/parameter:Parameter",
        naming=Naming(longest=2048),
        create=_create,
        read=_read,
        update=_update,
        delete=lambda session, name, state: _client(session, state).delete_parameter(Name=name),
    ),
)
