"""The recorded tier: types that are validated, stored and read back, but that nothing executes.

Computed properties are invented in the shape users expect: an `arn` and an `id` of the right account and region.
"""

import secrets

from localcloud.provider.naming import Naming
from localcloud.provider.recorded import new_id
from localcloud.provider.resource import Resource
from localcloud.provider.schema import ResourceType
from localcloud.provider.session import Session, region_of
from localcloud.provider.values import Asset, Props

# Ids that AWS gives to things without a name, by Terraform type: the first part of `nat-0123456789abcdef0`.
_PREFIXES = {
    "aws_nat_gateway": "nat",
    "aws_internet_gateway": "igw",
    "aws_eip": "eipalloc",
    "aws_instance": "i",
    "aws_efs_file_system": "fs",
    "aws_efs_access_point": "fsap",
    "aws_flow_log": "fl",
    "aws_network_acl": "acl",
    "aws_launch_template": "lt",
    "aws_ebs_volume": "vol",
    "aws_vpc_peering_connection": "pcx",
    "aws_prometheus_workspace": "ws",
    "aws_grafana_workspace": "g",
    "aws_sagemaker_domain": "d",
}


def row(kind: ResourceType) -> Resource:
    """Return the row that serves a type as a record."""

    def create(session: Session, props: Props) -> str:
        resource_id = _id(kind, props)
        _put(session, kind, resource_id, {**_invent(kind, session, resource_id, props), **props})
        return resource_id

    def read(session: Session, resource_id: str, state: Props) -> Props | None:
        return session.records.get(session.account, region_of(state) or session.region, kind.token, resource_id)

    def update(session: Session, resource_id: str, state: Props, props: Props, _: frozenset[str]) -> None:
        kept = {name: value for name, value in state.items() if name not in kind.inputs}
        _put(session, kind, resource_id, {**kept, **props})

    def delete(session: Session, resource_id: str, state: Props) -> None:
        session.records.delete(session.account, region_of(state) or session.region, kind.token, resource_id)

    return Resource(token=kind.token, create=create, read=read, update=update, delete=delete, naming=_naming(kind))


def _put(session: Session, kind: ResourceType, resource_id: str, props: Props) -> None:
    region = region_of(props) or session.region
    session.records.put(session.account, region, kind.token, resource_id, _storable(props))


def _storable(props: Props) -> Props:
    return {name: None if isinstance(value, Asset) else value for name, value in props.items()}


def _naming(kind: ResourceType) -> Naming | None:
    name = kind.inputs.get("name")
    return Naming() if name is not None and not name.required and name.type == "s" else None


def _id(kind: ResourceType, props: Props) -> str:
    if kind.terraform in _PREFIXES:
        return new_id(_PREFIXES[kind.terraform])
    named = next((name for name in ("name", _own_name(kind), "bucket") if isinstance(props.get(name), str)), None)
    return props[named] if named else new_id(kind.terraform.split("_")[-1])


def _own_name(kind: ResourceType) -> str:
    """Return `trackingServerName` for a type `…TrackingServer`, `domainName` for `…Domain`, and so on."""
    last = kind.token.rsplit(":", 1)[1]
    return f"{last[0].lower()}{last[1:]}Name"


def _invent(kind: ResourceType, session: Session, resource_id: str, props: Props) -> Props:
    region = region_of(props) or session.region
    service = kind.token.split(":")[1].split("/")[0]
    what = kind.token.rsplit(":", 1)[1].lower()
    found: Props = {}
    for name, entry in {**kind.outputs, **kind.inputs}.items():
        if name in props or (name in kind.inputs and not entry.computed):
            continue
        if name == "arn" or name == f"{_lower_first(kind)}Arn":
            found[name] = session.arn(service, f"{what}/{resource_id}", region)
        elif name in ("ownerId", "accountId", "registryId"):
            found[name] = session.account
        elif name == "region":
            found[name] = region
        elif entry.type == "s" and name not in ("tagsAll", "namePrefix"):
            found[name] = _text(name, resource_id, region)
    return found


def _text(name: str, resource_id: str, region: str) -> str | None:
    if name.lower().endswith(("endpoint", "url", "uri", "dnsname", "domainname")):
        return f"https://{resource_id}.{region}.recorded.invalid/"
    if name.lower() == "status":
        return "ACTIVE"
    if name.lower().endswith("id"):
        return f"{resource_id}-{secrets.token_hex(4)}"
    return None


def _lower_first(kind: ResourceType) -> str:
    last = kind.token.rsplit(":", 1)[1]
    return f"{last[0].lower()}{last[1:]}"
