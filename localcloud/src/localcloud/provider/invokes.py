"""Functions a program may call: who and where am I, and which image does AWS offer."""

import difflib
from collections.abc import Callable

from localcloud.provider.errors import UnknownTypeError
from localcloud.provider.prebuilt_images import image
from localcloud.provider.session import Session, region_of
from localcloud.provider.values import Props

_DESCRIPTIONS = {
    "eu-west-1": "Europe (Ireland)",
    "eu-central-1": "Europe (Frankfurt)",
    "us-east-1": "US East (N. Virginia)",
}


def _caller_identity(session: Session, _: Props) -> Props:
    found = session.identity
    return {"accountId": found["Account"], "arn": found["Arn"], "userId": found["UserId"], "id": found["Account"]}


def _region(session: Session, args: Props) -> Props:
    name = args.get("region") or args.get("name") or session.region
    return {
        "id": name,
        "name": name,
        "region": name,
        "description": _DESCRIPTIONS.get(name, name),
        "endpoint": f"ec2.{name}.amazonaws.com",
    }


def _partition(session: Session, _: Props) -> Props:
    suffix = "amazonaws.com.cn" if session.partition == "aws-cn" else "amazonaws.com"
    return {
        "id": session.partition,
        "partition": session.partition,
        "dnsSuffix": suffix,
        "reverseDnsPrefix": ".".join(reversed(suffix.split("."))),
    }


def _availability_zones(session: Session, args: Props) -> Props:
    region = region_of(args) or session.region
    answer = session.client("ec2", region).describe_availability_zones()["AvailabilityZones"]
    wanted = args.get("state")
    zones = sorted((zone for zone in answer if wanted in (None, zone["State"])), key=lambda zone: str(zone["ZoneName"]))
    zones = [zone for zone in zones if zone["ZoneName"] not in (args.get("excludeNames") or [])]
    zones = [zone for zone in zones if zone["ZoneId"] not in (args.get("excludeZoneIds") or [])]
    return {
        "id": region,
        "region": region,
        "names": [zone["ZoneName"] for zone in zones],
        "zoneIds": [zone["ZoneId"] for zone in zones],
        "groupNames": [region],
        "state": wanted,
    }


def _prebuilt_image(session: Session, args: Props) -> Props:
    region = args.get("region") or session.region
    account, path = image(region, args["repositoryName"], args.get("imageTag") or "1", args.get("dnsSuffix"))
    return {**args, "id": account, "registryId": account, "registryPath": path, "region": region}


_FUNCTIONS: dict[str, Callable[[Session, Props], Props]] = {
    "aws:index/getCallerIdentity:getCallerIdentity": _caller_identity,
    "aws:index/getRegion:getRegion": _region,
    "aws:index/getPartition:getPartition": _partition,
    "aws:index/getAvailabilityZones:getAvailabilityZones": _availability_zones,
    "aws:sagemaker/getPrebuiltEcrImage:getPrebuiltEcrImage": _prebuilt_image,
}


def invoke(session: Session, token: str, args: Props) -> Props:
    """Call the function `token`.

    Raises:
        UnknownTypeError: there is no such function.
        ProviderError: the arguments are ones that it refuses.
    """
    if token not in _FUNCTIONS:
        close = difflib.get_close_matches(token, _FUNCTIONS, n=1, cutoff=0.6)
        nearest = f"; nearest: {close[0]}" if close else f"; it has: {', '.join(sorted(_FUNCTIONS))}"
        raise UnknownTypeError(f"the local cloud's provider has no function {token!r}{nearest}")
    return {**args, **_FUNCTIONS[token](session, args)}
