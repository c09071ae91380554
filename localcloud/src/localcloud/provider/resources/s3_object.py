"""Objects: a file, an archive or a text put under a key."""

import base64
import mimetypes
from pathlib import Path
from typing import Any

from localcloud.provider.errors import ProviderError
from localcloud.provider.resource import Resource, given
from localcloud.provider.session import Session, region_of
from localcloud.provider.values import Asset, Props


def _content(props: Props) -> bytes:
    source = props.get("source")
    if isinstance(source, Asset):
        return _asset(source)
    if isinstance(source, str):
        return Path(source).expanduser().read_bytes()
    if props.get("contentBase64") is not None:
        return base64.b64decode(props["contentBase64"])
    return str(props.get("content", "")).encode()


def _asset(asset: Asset) -> bytes:
    fields = asset.fields
    if "text" in fields:
        return fields["text"].encode()
    path = Path(fields.get("path", ""))
    if not path.is_file():
        raise ProviderError(f"the source of an object must be a file, a text or an archive file; got {fields}")
    return path.read_bytes()


def _put(session: Session, props: Props) -> None:
    client = session.client("s3", region_of(props))
    extra = given(
        props,
        ACL="acl",
        CacheControl="cacheControl",
        ContentDisposition="contentDisposition",
        ContentEncoding="contentEncoding",
        ContentLanguage="contentLanguage",
        Metadata="metadata",
        ServerSideEncryption="serverSideEncryption",
        SSEKMSKeyId="kmsKeyId",
        StorageClass="storageClass",
        BucketKeyEnabled="bucketKeyEnabled",
        WebsiteRedirectLocation="websiteRedirect",
    )
    if "SSEKMSKeyId" in extra:
        extra["ServerSideEncryption"] = "aws:kms"
    kind = props.get("contentType") or mimetypes.guess_type(props["key"])[0] or "application/octet-stream"
    client.put_object(Bucket=props["bucket"], Key=props["key"], Body=_content(props), ContentType=kind, **extra)
    _tag(client, props)


def _tag(client: Any, props: Props) -> None:
    tags = [{"Key": key, "Value": value} for key, value in sorted((props.get("tagsAll") or {}).items())]
    where = {"Bucket": props["bucket"], "Key": props["key"]}
    if tags:
        client.put_object_tagging(**where, Tagging={"TagSet": tags})
    else:
        client.delete_object_tagging(**where)


def _create(session: Session, props: Props) -> str:
    _put(session, props)
    return f"{props['bucket']}/{props['key']}"


def _read(session: Session, resource_id: str, state: Props) -> Props | None:
    bucket, key = resource_id.split("/", 1)
    client = session.client("s3", region_of(state))
    head = client.head_object(Bucket=bucket, Key=key)
    tags = client.get_object_tagging(Bucket=bucket, Key=key)["TagSet"]
    return {
        "bucket": bucket,
        "key": key,
        "arn": f"arn:{session.partition}:s3:::{bucket}/{key}",
        "etag": head["ETag"].strip('"'),
        "contentType": head.get("ContentType"),
        "versionId": head.get("VersionId"),
        "storageClass": head.get("StorageClass", "STANDARD"),
        "serverSideEncryption": head.get("ServerSideEncryption"),
        "tagsAll": {tag["Key"]: tag["Value"] for tag in tags},
    }


def _update(session: Session, _: str, state: Props, props: Props, changed: frozenset[str]) -> None:
    if changed <= {"tags", "tagsAll", "forceDestroy"}:
        _tag(session.client("s3", region_of(props)), props)
    else:
        _put(session, props)


def _delete(session: Session, resource_id: str, state: Props) -> None:
    bucket, key = resource_id.split("/", 1)
    client = session.client("s3", region_of(state))
    for page in client.get_paginator("list_object_versions").paginate(Bucket=bucket, Prefix=key):
        for item in [*page.get("Versions", []), *page.get("DeleteMarkers", [])]:
            if item["Key"] == key:
                client.delete_object(Bucket=bucket, Key=key, VersionId=item["VersionId"])
    client.delete_object(Bucket=bucket, Key=key)


def _same_etag(wanted: Any, actual: Any) -> bool:
    return str(wanted).strip('"') == str(actual).strip('"')


def _check(props: Props) -> dict[str, str]:
    ways = [name for name in ("source", "content", "contentBase64") if props.get(name) is not None]
    if len(ways) > 1:
        return {ways[1]: f"give one of {', '.join(ways)}, not several"}
    return {}


ROWS = tuple(
    Resource(
        token=token,
        create=_create,
        read=_read,
        update=_update,
        delete=_delete,
        check=_check,
        same={"etag": _same_etag},
        defaults={"forceDestroy": False},
        replaces=frozenset({"bucket", "key"}),
    )
    for token in ("aws:s3/bucketObjectv2:BucketObjectv2", "aws:s3/bucketObject:BucketObject")
)
