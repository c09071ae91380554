"""Identity providers of other issuers, and the roles that AWS's own services act through."""

from localcloud.provider.resource import Resource, given, mapping, pairs
from localcloud.provider.session import Session
from localcloud.provider.tagging import Tagging
from localcloud.provider.values import Props

_PROVIDER_TAGS = Tagging(
    target="OpenIDConnectProviderArn",
    of="id",
    tag="tag_open_id_connect_provider",
    untag="untag_open_id_connect_provider",
    list="list_open_id_connect_provider_tags",
)
_ROLE_TAGS = Tagging(target="RoleName", of="name", tag="tag_role", untag="untag_role", list="list_role_tags")


def _create_provider(session: Session, props: Props) -> str:
    return session.client("iam").create_open_id_connect_provider(
        Url=props["url"],
        ClientIDList=props["clientIdLists"],
        **given(props, ThumbprintList="thumbprintLists"),
        **({"Tags": pairs(props["tagsAll"])} if props["tagsAll"] else {}),
    )["OpenIDConnectProviderArn"]


def _read_provider(session: Session, arn: str, state: Props) -> Props | None:
    found = session.client("iam").get_open_id_connect_provider(OpenIDConnectProviderArn=arn)
    return {
        "arn": arn,
        "url": found["Url"],
        "clientIdLists": found["ClientIDList"],
        "thumbprintLists": found["ThumbprintList"],
        "tagsAll": mapping(found.get("Tags")),
    }


def _update_provider(session: Session, arn: str, state: Props, props: Props, changed: frozenset[str]) -> None:
    iam = session.client("iam")
    if "thumbprintLists" in changed:
        iam.update_open_id_connect_provider_thumbprint(
            OpenIDConnectProviderArn=arn, ThumbprintList=props.get("thumbprintLists", [])
        )
    if changed & {"tags", "tagsAll"}:
        _PROVIDER_TAGS.change(iam, arn, state, props["tagsAll"])


def _delete_provider(session: Session, arn: str, state: Props) -> None:
    session.client("iam").delete_open_id_connect_provider(OpenIDConnectProviderArn=arn)


def same_issuer(left: object, right: object) -> bool:
    """Return whether two addresses name one issuer: IAM keeps them without the scheme."""
    return str(left).removeprefix("https://") == str(right).removeprefix("https://")


def _create_linked(session: Session, props: Props) -> str:
    iam = session.client("iam")
    role = iam.create_service_linked_role(
        AWSServiceName=props["awsServiceName"], **given(props, CustomSuffix="customSuffix", Description="description")
    )["Role"]
    if props["tagsAll"]:
        iam.tag_role(RoleName=role["RoleName"], Tags=pairs(props["tagsAll"]))
    return role["Arn"]


def _read_linked(session: Session, arn: str, state: Props) -> Props | None:
    role = session.client("iam").get_role(RoleName=arn.rsplit("/", 1)[1])["Role"]
    return {
        "arn": role["Arn"],
        "awsServiceName": role["Path"].split("/")[2],
        "name": role["RoleName"],
        "path": role["Path"],
        "description": role.get("Description") or None,
        "uniqueId": role["RoleId"],
        "createDate": role["CreateDate"].strftime("%Y-%m-%dT%H:%M:%SZ"),
        "tagsAll": mapping(role.get("Tags")),
    }


def _update_linked(session: Session, arn: str, state: Props, props: Props, changed: frozenset[str]) -> None:
    iam = session.client("iam")
    if "description" in changed:
        iam.update_role_description(RoleName=state["name"], Description=props.get("description", ""))
    if changed & {"tags", "tagsAll"}:
        _ROLE_TAGS.change(iam, arn, state, props["tagsAll"])


def _delete_linked(session: Session, arn: str, state: Props) -> None:
    # AWS deletes it later, if no resource of the service uses it; here it is gone at once.
    session.client("iam").delete_service_linked_role(RoleName=arn.rsplit("/", 1)[1])


ROWS = (
    Resource(
        token="aws:iam/openIdConnectProvider:OpenIdConnectProvider",
        create=_create_provider,
        read=_read_provider,
        update=_update_provider,
        delete=_delete_provider,
        same={"url": same_issuer},
        # The emulated IAM has no AddClientID: another audience makes another provider.
        replaces=frozenset({"clientIdLists"}),
        delete_first=True,
    ),
    Resource(
        token="aws:iam/serviceLinkedRole:ServiceLinkedRole",
        create=_create_linked,
        read=_read_linked,
        update=_update_linked,
        delete=_delete_linked,
    ),
)
