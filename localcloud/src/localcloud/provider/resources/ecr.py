"""Image repositories with their lifecycle and access policies."""

from dataclasses import replace
from typing import Any

from botocore.exceptions import ClientError

from localcloud.provider.declared import Declared
from localcloud.provider.errors import ProviderError
from localcloud.provider.naming import Naming
from localcloud.provider.resource import Resource
from localcloud.provider.session import Session, region_of
from localcloud.provider.tagging import Tagging
from localcloud.provider.values import Props

_TAGS = Tagging(target="resourceArn", tags="tags", keys="tagKeys", answer="tags")


def _ecr(session: Session, props: Props) -> Any:
    return session.client("ecr", region_of(props))


def _change(session: Session, ecr: Any, props: Props, changed: frozenset[str] | None) -> None:
    if changed is None:
        return
    if "imageTagMutability" in changed:
        ecr.put_image_tag_mutability(
            repositoryName=props["name"], imageTagMutability=props.get("imageTagMutability", "MUTABLE")
        )
    if "imageScanningConfiguration" in changed:
        scan = bool((props.get("imageScanningConfiguration") or {}).get("scanOnPush"))
        ecr.put_image_scanning_configuration(
            repositoryName=props["name"], imageScanningConfiguration={"scanOnPush": scan}
        )


def _delete(session: Session, name: str, state: Props) -> None:
    try:
        _ecr(session, state).delete_repository(repositoryName=name, force=state.get("forceDelete") is True)
    except ClientError as error:
        if error.response["Error"]["Code"] != "RepositoryNotEmptyException":
            raise
        raise ProviderError(f"repository {name!r} holds images: delete them, or set forceDelete first") from error


_REPOSITORY = Declared(
    token="aws:ecr/repository:Repository",
    service="ecr",
    create="CreateRepository",
    read="DescribeRepositories",
    delete="DeleteRepository",
    key={"repositoryName": "id"},
    as_list=frozenset({"repositoryName"}),
    inside="repositories",
    id="name",
    naming=Naming(lower=True),
    rename={
        "name": "repositoryName",
        "arn": "repositoryArn",
        "repositoryUrl": "repositoryUri",
        "encryptionConfigurations": "encryptionConfiguration",
    },
    skip=frozenset({"forceDelete"}),
    tagging=_TAGS,
    after=_change,
    defaults={"imageTagMutability": "MUTABLE"},
)


def _put_lifecycle(session: Session, props: Props) -> str:
    _ecr(session, props).put_lifecycle_policy(repositoryName=props["repository"], lifecyclePolicyText=props["policy"])
    return props["repository"]


def _read_lifecycle(session: Session, name: str, state: Props) -> Props | None:
    found = _ecr(session, state).get_lifecycle_policy(repositoryName=name)
    return {"repository": name, "registryId": found["registryId"], "policy": found["lifecyclePolicyText"]}


def _put_policy(session: Session, props: Props) -> str:
    _ecr(session, props).set_repository_policy(repositoryName=props["repository"], policyText=props["policy"])
    return props["repository"]


def _read_policy(session: Session, name: str, state: Props) -> Props | None:
    found = _ecr(session, state).get_repository_policy(repositoryName=name)
    return {"repository": name, "registryId": found["registryId"], "policy": found["policyText"]}


ROWS = (
    replace(_REPOSITORY.resource(), delete=_delete),
    Resource(
        token="aws:ecr/lifecyclePolicy:LifecyclePolicy",
        create=_put_lifecycle,
        read=_read_lifecycle,
        update=lambda session, name, state, props, changed: _put_lifecycle(session, props),
        delete=lambda session, name, state: _ecr(session, state).delete_lifecycle_policy(repositoryName=name),
        documents=frozenset({"policy"}),
    ),
    Resource(
        token="aws:ecr/repositoryPolicy:RepositoryPolicy",
        create=_put_policy,
        read=_read_policy,
        update=lambda session, name, state, props, changed: _put_policy(session, props),
        delete=lambda session, name, state: _ecr(session, state).delete_repository_policy(repositoryName=name),
        documents=frozenset({"policy"}),
    ),
)
