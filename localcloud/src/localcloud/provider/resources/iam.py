"""Roles, their policies, and what is attached to them."""

import json
from typing import Any
from urllib.parse import unquote

from localcloud.provider.naming import Naming
from localcloud.provider.resource import Resource, given, mapping, pairs
from localcloud.provider.session import Session
from localcloud.provider.tagging import Tagging
from localcloud.provider.values import Props

_ROLE_TAGS = Tagging(target="RoleName", of="id", tag="tag_role", untag="untag_role", list="list_role_tags", tags="Tags")
_POLICY_TAGS = Tagging(target="PolicyArn", of="id", tag="tag_policy", untag="untag_policy", list="list_policy_tags")


def _document(value: Any) -> str:
    """Return a policy as text: botocore decodes it, moto's answers are partly decoded already."""
    return json.dumps(value) if isinstance(value, dict) else unquote(value)


def _create_role(session: Session, props: Props) -> str:
    session.client("iam").create_role(
        RoleName=props["name"],
        AssumeRolePolicyDocument=props["assumeRolePolicy"],
        **given(
            props,
            Path="path",
            Description="description",
            MaxSessionDuration="maxSessionDuration",
            PermissionsBoundary="permissionsBoundary",
        ),
        **({"Tags": pairs(props["tagsAll"])} if props["tagsAll"] else {}),
    )
    return props["name"]


def _read_role(session: Session, name: str, state: Props) -> Props | None:
    role = session.client("iam").get_role(RoleName=name)["Role"]
    return {
        "name": name,
        "arn": role["Arn"],
        "uniqueId": role["RoleId"],
        "createDate": role["CreateDate"].strftime("%Y-%m-%dT%H:%M:%SZ"),
        "path": role["Path"],
        "description": role.get("Description"),
        "maxSessionDuration": role.get("MaxSessionDuration"),
        "permissionsBoundary": role.get("PermissionsBoundary", {}).get("PermissionsBoundaryArn"),
        "assumeRolePolicy": _document(role["AssumeRolePolicyDocument"]),
        "tagsAll": mapping(role.get("Tags")),
    }


def _update_role(session: Session, name: str, state: Props, props: Props, changed: frozenset[str]) -> None:
    iam = session.client("iam")
    if "assumeRolePolicy" in changed:
        iam.update_assume_role_policy(RoleName=name, PolicyDocument=props["assumeRolePolicy"])
    if changed & {"description", "maxSessionDuration"}:
        wanted = given(props, MaxSessionDuration="maxSessionDuration")
        iam.update_role(RoleName=name, Description=props.get("description", ""), **wanted)
    if "permissionsBoundary" in changed:
        if props.get("permissionsBoundary"):
            iam.put_role_permissions_boundary(RoleName=name, PermissionsBoundary=props["permissionsBoundary"])
        else:
            iam.delete_role_permissions_boundary(RoleName=name)
    if changed & {"tags", "tagsAll"}:
        _ROLE_TAGS.change(iam, name, state, props["tagsAll"])


def _delete_role(session: Session, name: str, state: Props) -> None:
    iam = session.client("iam")
    if state.get("forceDetachPolicies") is True:
        for policy in iam.list_attached_role_policies(RoleName=name)["AttachedPolicies"]:
            iam.detach_role_policy(RoleName=name, PolicyArn=policy["PolicyArn"])
        for policy in iam.list_role_policies(RoleName=name)["PolicyNames"]:
            iam.delete_role_policy(RoleName=name, PolicyName=policy)
    iam.delete_role(RoleName=name)


def _check_role(props: Props) -> dict[str, str]:
    refused = {
        "inlinePolicies": "is deprecated and not emulated: use aws:iam/rolePolicy:RolePolicy",
        "managedPolicyArns": "is deprecated and not emulated: use aws:iam/rolePolicyAttachment:RolePolicyAttachment",
    }
    return {name: f"{name!r} {why}" for name, why in refused.items() if props.get(name)}


def _put_role_policy(session: Session, props: Props) -> str:
    session.client("iam").put_role_policy(
        RoleName=props["role"], PolicyName=props["name"], PolicyDocument=props["policy"]
    )
    return f"{props['role']}:{props['name']}"


def _read_role_policy(session: Session, resource_id: str, state: Props) -> Props | None:
    role, name = resource_id.split(":", 1)
    answer = session.client("iam").get_role_policy(RoleName=role, PolicyName=name)
    return {"role": role, "name": name, "policy": _document(answer["PolicyDocument"])}


def _delete_role_policy(session: Session, resource_id: str, state: Props) -> None:
    role, name = resource_id.split(":", 1)
    session.client("iam").delete_role_policy(RoleName=role, PolicyName=name)


def _create_policy(session: Session, props: Props) -> str:
    answer = session.client("iam").create_policy(
        PolicyName=props["name"],
        PolicyDocument=props["policy"],
        **given(props, Path="path", Description="description"),
        **({"Tags": pairs(props["tagsAll"])} if props["tagsAll"] else {}),
    )
    return answer["Policy"]["Arn"]


def _read_policy(session: Session, arn: str, state: Props) -> Props | None:
    iam = session.client("iam")
    policy = iam.get_policy(PolicyArn=arn)["Policy"]
    version = iam.get_policy_version(PolicyArn=arn, VersionId=policy["DefaultVersionId"])["PolicyVersion"]
    return {
        "name": policy["PolicyName"],
        "arn": arn,
        "path": policy["Path"],
        "description": policy.get("Description") or None,
        "policy": _document(version["Document"]),
        "policyId": policy["PolicyId"],
        "tagsAll": _POLICY_TAGS.read(iam, arn, state),
    }


def _update_policy(session: Session, arn: str, state: Props, props: Props, changed: frozenset[str]) -> None:
    iam = session.client("iam")
    if "policy" in changed:
        versions = [v for v in iam.list_policy_versions(PolicyArn=arn)["Versions"] if not v["IsDefaultVersion"]]
        if len(versions) >= 4:  # AWS keeps five
            oldest = min(versions, key=lambda version: version["CreateDate"])
            iam.delete_policy_version(PolicyArn=arn, VersionId=oldest["VersionId"])
        iam.create_policy_version(PolicyArn=arn, PolicyDocument=props["policy"], SetAsDefault=True)
    if changed & {"tags", "tagsAll"}:
        _POLICY_TAGS.change(iam, arn, state, props["tagsAll"])


def _delete_policy(session: Session, arn: str, state: Props) -> None:
    iam = session.client("iam")
    for version in iam.list_policy_versions(PolicyArn=arn)["Versions"]:
        if not version["IsDefaultVersion"]:
            iam.delete_policy_version(PolicyArn=arn, VersionId=version["VersionId"])
    iam.delete_policy(PolicyArn=arn)


def _attach(session: Session, props: Props) -> str:
    session.client("iam").attach_role_policy(RoleName=props["role"], PolicyArn=props["policyArn"])
    return f"{props['role']}/{props['policyArn']}"


def _read_attachment(session: Session, resource_id: str, state: Props) -> Props | None:
    role, arn = resource_id.split("/", 1)
    pages = session.client("iam").get_paginator("list_attached_role_policies").paginate(RoleName=role)
    attached = {policy["PolicyArn"] for page in pages for policy in page["AttachedPolicies"]}
    return {"role": role, "policyArn": arn} if arn in attached else None


def _detach(session: Session, resource_id: str, state: Props) -> None:
    role, arn = resource_id.split("/", 1)
    session.client("iam").detach_role_policy(RoleName=role, PolicyArn=arn)


ROWS = (
    Resource(
        token="aws:iam/role:Role",
        naming=Naming(longest=64),
        create=_create_role,
        read=_read_role,
        update=_update_role,
        delete=_delete_role,
        check=_check_role,
        documents=frozenset({"assumeRolePolicy"}),
        defaults={"forceDetachPolicies": False, "maxSessionDuration": 3600, "path": "/"},
    ),
    Resource(
        token="aws:iam/rolePolicy:RolePolicy",
        naming=Naming(longest=128),
        create=_put_role_policy,
        read=_read_role_policy,
        update=lambda session, resource_id, state, props, changed: _put_role_policy(session, props),
        delete=_delete_role_policy,
        documents=frozenset({"policy"}),
    ),
    Resource(
        token="aws:iam/policy:Policy",
        naming=Naming(longest=128),
        create=_create_policy,
        read=_read_policy,
        update=_update_policy,
        delete=_delete_policy,
        documents=frozenset({"policy"}),
        defaults={"path": "/"},
    ),
    Resource(
        token="aws:iam/rolePolicyAttachment:RolePolicyAttachment",
        create=_attach,
        read=_read_attachment,
        delete=_detach,
    ),
)
