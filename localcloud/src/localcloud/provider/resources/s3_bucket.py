"""Buckets; what else a bucket has (versioning, encryption, policy, …) is in `s3_settings`."""

from typing import Any

from botocore.exceptions import ClientError

from localcloud.provider.errors import ProviderError, is_missing
from localcloud.provider.naming import Naming
from localcloud.provider.resource import Resource, given, mapping, pairs
from localcloud.provider.session import Session, region_of
from localcloud.provider.values import Props

# Route 53 zones of S3 website endpoints, as the S3 endpoints page of the AWS General Reference lists them.
_HOSTED_ZONES = {
    "eu-central-1": "Z21DNDUVLTQW6Q",
    "eu-west-1": "Z1BKCTXD74EZPE",
    "us-east-1": "Z3AQBSTGFYJSTF",
    "us-east-2": "Z2O1EMRO9K5GLX",
    "us-west-2": "Z3BJ6K6RIION7M",
}


def _create(session: Session, props: Props) -> str:
    name, region = props["bucket"], region_of(props) or session.region
    client = session.client("s3", region)
    place = {} if region == "us-east-1" else {"CreateBucketConfiguration": {"LocationConstraint": region}}
    client.create_bucket(
        Bucket=name, **place, **given(props, ACL="acl", ObjectLockEnabledForBucket="objectLockEnabled")
    )
    if props["tagsAll"]:
        client.put_bucket_tagging(Bucket=name, Tagging={"TagSet": pairs(props["tagsAll"])})
    return name


def _read(session: Session, name: str, state: Props) -> Props | None:
    region = region_of(state) or session.region
    client = session.client("s3", region)
    client.head_bucket(Bucket=name)
    host = f"{name}.s3.{region}.amazonaws.com"
    return {
        "bucket": name,
        "arn": f"arn:{session.partition}:s3:::{name}",
        "bucketDomainName": f"{name}.s3.amazonaws.com",
        "bucketRegion": region,
        "bucketRegionalDomainName": host,
        "hostedZoneId": _HOSTED_ZONES.get(region),
        "tagsAll": _tags(client, name),
    }


def _tags(client: Any, name: str) -> dict[str, str]:
    try:
        return mapping(client.get_bucket_tagging(Bucket=name)["TagSet"])
    except ClientError as error:
        if is_missing(error):
            return {}
        raise


def _update(session: Session, name: str, state: Props, props: Props, changed: frozenset[str]) -> None:
    client = session.client("s3", region_of(state))
    if changed & {"tags", "tagsAll"}:
        if props["tagsAll"]:
            client.put_bucket_tagging(Bucket=name, Tagging={"TagSet": pairs(props["tagsAll"])})
        else:
            client.delete_bucket_tagging(Bucket=name)
    if "acl" in changed:
        client.put_bucket_acl(Bucket=name, ACL=props.get("acl", "private"))


def _delete(session: Session, name: str, state: Props) -> None:
    client = session.client("s3", region_of(state))
    if state.get("forceDestroy") is True:
        _empty(client, name)
    try:
        client.delete_bucket(Bucket=name)
    except ClientError as error:
        if error.response["Error"]["Code"] != "BucketNotEmpty":
            raise
        raise ProviderError(
            f"bucket {name!r} is not empty: delete its objects, or set forceDestroy and run `pulumi up` first"
        ) from error


def _empty(client: Any, name: str) -> None:
    # From the beginning each time: what follows a version that is gone is not found by its marker.
    while found := _first_versions(client, name):
        keys = [{"Key": item["Key"], "VersionId": item["VersionId"]} for item in found]
        client.delete_objects(Bucket=name, Delete={"Objects": keys, "Quiet": True})


def _first_versions(client: Any, name: str) -> list[dict[str, Any]]:
    page = client.list_object_versions(Bucket=name)
    return [*page.get("Versions", []), *page.get("DeleteMarkers", [])]


_INLINE = (
    "accelerationStatus",
    "corsRules",
    "grants",
    "lifecycleRules",
    "logging",
    "objectLockConfiguration",
    "policy",
    "replicationConfiguration",
    "requestPayer",
    "serverSideEncryptionConfiguration",
    "versioning",
    "website",
)


def _check(props: Props) -> dict[str, str]:
    return {
        name: f"{name!r} on the bucket itself is deprecated and not emulated: use its own resource type"
        for name in _INLINE
        if props.get(name) is not None
    }


ROWS = (
    Resource(
        token="aws:s3/bucket:Bucket",
        naming=Naming(key="bucket", longest=63, lower=True),
        create=_create,
        read=_read,
        update=_update,
        delete=_delete,
        check=_check,
        defaults={"forceDestroy": False},
        replaces=frozenset({"bucketNamespace"}),
    ),
)
