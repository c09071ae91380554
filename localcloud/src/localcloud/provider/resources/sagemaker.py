"""SageMaker: models, endpoint configurations and package groups are data; the endpoint has a life of its own."""

from typing import Any

from localcloud.provider.declared import Declared
from localcloud.provider.errors import CreateFailed, ProviderError
from localcloud.provider.naming import Naming
from localcloud.provider.resource import Resource
from localcloud.provider.session import Session, region_of
from localcloud.provider.shapes import request
from localcloud.provider.tagging import Tagging
from localcloud.provider.values import Props

_TAGS = Tagging(tag="add_tags", untag="delete_tags", list="list_tags")
_READY_SECONDS = 7200
"""As long as the bridged provider waits; an update bakes its canary in this time."""
_LONGEST_NAME = 63


def _client(session: Session, props: Props) -> Any:
    return session.client("sagemaker", region_of(props))


def _deployment(client: Any, props: Props) -> dict[str, Any]:
    """Return UpdateEndpoint's deployment config; its alarms are a list of objects in both worlds."""
    if not props.get("deploymentConfig"):
        return {}
    chosen = {"deploymentConfig": props["deploymentConfig"]}
    return request(client, "UpdateEndpoint", chosen, rename={}, skip=frozenset())


def _create(session: Session, props: Props) -> str:
    client, name = _client(session, props), props["name"]
    client.create_endpoint(
        EndpointName=name,
        EndpointConfigName=props["endpointConfigName"],
        **({"Tags": _TAGS.encode(props["tagsAll"])} if props["tagsAll"] else {}),
    )
    status, reason = _settled(session, client, name)
    if status != "InService":
        raise CreateFailed(f"endpoint {name!r} is {status}: {reason}", name, props)
    return name


def _settled(session: Session, client: Any, name: str) -> tuple[str, str]:
    """Wait until an endpoint rests and return its status and, where AWS gives one, the reason."""
    last: dict[str, Any] = {}

    def resting() -> bool:
        last.update(client.describe_endpoint(EndpointName=name))
        return last["EndpointStatus"] in ("InService", "Failed", "OutOfService", "UpdateRollbackFailed")

    session.until(resting, seconds=_READY_SECONDS, what=f"endpoint {name} to be in service")
    return last["EndpointStatus"], str(last.get("FailureReason", "no reason given"))


def _read(session: Session, name: str, state: Props) -> Props | None:
    client = _client(session, state)
    found = client.describe_endpoint(EndpointName=name)
    told = {"arn": found["EndpointArn"], "name": name, "endpointConfigName": found["EndpointConfigName"]}
    return {**told, "tagsAll": _TAGS.read(client, name, told)}


def _update(session: Session, name: str, state: Props, props: Props, changed: frozenset[str]) -> None:
    client = _client(session, state)
    if changed & {"tags", "tagsAll"}:
        _TAGS.change(client, name, state, props["tagsAll"])
    if not changed & {"endpointConfigName", "deploymentConfig"}:
        return
    wanted = props["endpointConfigName"]
    client.update_endpoint(EndpointName=name, EndpointConfigName=wanted, **_deployment(client, props))
    status, reason = _settled(session, client, name)
    # The bridged provider reports an update that was rolled back as done (terraform-provider-aws #46663); so do we,
    # and the next refresh shows the configuration that is live.
    if status != "InService":
        raise ProviderError(f"endpoint {name!r} is {status}: {reason}")


def _delete(session: Session, name: str, state: Props) -> None:
    client = _client(session, state)
    client.delete_endpoint(EndpointName=name)

    def gone() -> bool:
        pages = client.get_paginator("list_endpoints").paginate(NameContains=name)
        return all(one["EndpointName"] != name for page in pages for one in page["Endpoints"])

    session.until(gone, seconds=600, what=f"endpoint {name} to be gone")


ENDPOINT = Resource(
    token="aws:sagemaker/endpoint:Endpoint",
    naming=Naming(longest=_LONGEST_NAME),
    create=_create,
    read=_read,
    update=_update,
    delete=_delete,
)

ROWS = (
    ENDPOINT,
    Declared(
        token="aws:sagemaker/model:Model",
        service="sagemaker",
        create="CreateModel",
        read="DescribeModel",
        delete="DeleteModel",
        key={"ModelName": "id"},
        id="name",
        naming=Naming(longest=_LONGEST_NAME),
        rename={"name": "ModelName", "arn": "ModelArn"},
        tagging=_TAGS,
        defaults={"enableNetworkIsolation": False},
    ).resource(),
    Declared(
        token="aws:sagemaker/endpointConfiguration:EndpointConfiguration",
        service="sagemaker",
        create="CreateEndpointConfig",
        read="DescribeEndpointConfig",
        delete="DeleteEndpointConfig",
        key={"EndpointConfigName": "id"},
        id="name",
        naming=Naming(longest=_LONGEST_NAME),
        rename={"name": "EndpointConfigName", "arn": "EndpointConfigArn", "kmsKeyArn": "KmsKeyId"},
        tagging=_TAGS,
    ).resource(),
    Declared(
        token="aws:sagemaker/modelPackageGroup:ModelPackageGroup",
        service="sagemaker",
        create="CreateModelPackageGroup",
        read="DescribeModelPackageGroup",
        delete="DeleteModelPackageGroup",
        key={"ModelPackageGroupName": "id"},
        id="modelPackageGroupName",
        rename={"arn": "ModelPackageGroupArn"},
        tagging=_TAGS,
    ).resource(),
)
