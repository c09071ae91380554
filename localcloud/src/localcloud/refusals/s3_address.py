"""Which bucket and object a request to S3 is about, and which one it copies from."""

import io
from dataclasses import dataclass
from urllib.parse import parse_qs, unquote

from moto.s3.responses import S3Response
from moto.s3.utils import bucket_name_from_url
from werkzeug.wrappers import Request

from localcloud.aws_request import AwsRequest


@dataclass(frozen=True, kw_only=True)
class Place:
    """A bucket, or an object in it; `bucket` is empty where none is named, `key` where it is about the bucket."""

    bucket: str = ""
    key: str = ""
    version_id: str | None = None


@dataclass(frozen=True, kw_only=True)
class Address:
    """What a request names: its target, the source of a copy, and the names in its query string."""

    target: Place
    source: Place | None
    query: frozenset[str]


def locate(request: AwsRequest) -> Address:
    """Read the address of a request to S3, in the path's or in the host's style, as moto reads it."""
    http = Request({**request.variables, "wsgi.input": io.BytesIO()})
    if S3Response.subdomain_based_buckets(http):
        bucket, key = bucket_name_from_url(http.url) or "", http.path.removeprefix("/")
    else:
        bucket, _, key = http.path.lstrip("/").partition("/")
    copied = request.variables.get("HTTP_X_AMZ_COPY_SOURCE")
    return Address(
        target=Place(bucket=bucket, key=key, version_id=http.args.get("versionId")),
        source=_source(copied) if copied else None,
        query=frozenset(http.args),
    )


def _source(header: str) -> Place:
    path, _, query = header.partition("?")
    bucket, _, key = unquote(path).removeprefix("/").partition("/")
    return Place(bucket=bucket, key=key, version_id=parse_qs(query).get("versionId", [None])[0])
