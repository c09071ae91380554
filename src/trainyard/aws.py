"""The one place where AWS clients are built; everything else is handed one."""

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

import boto3
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.config import Config
from botocore.exceptions import NoCredentialsError, ProfileNotFound

_CONFIG = Config(retries={"mode": "standard", "total_max_attempts": 5}, connect_timeout=5, read_timeout=60)


@cache
def client(service: str, region: str | None = None) -> Any:
    """Return a boto3 client of `service` with the caller's credentials, retrying throttles and network faults."""
    return boto3.client(service, region_name=region, config=_CONFIG)


def client_that_asks_once(service: str, region: str) -> Any:
    """Return a boto3 client of `service` that never retries: for answers that one can do without."""
    return boto3.client(
        service, region_name=region, config=Config(retries={"total_max_attempts": 1}, connect_timeout=5)
    )


def partition(region: str) -> str:
    """Return the partition that a region is in, such as `aws` or `aws-cn`."""
    return str(boto3.Session().get_partition_for_region(region))


def signed(method: str, url: str, body: bytes, *, service: str, region: str) -> dict[str, str]:
    """Return the headers of a JSON request that the caller's credentials sign.

    Raises:
        NoCredentialsError: the caller has none.
    """
    credentials = boto3.Session().get_credentials()
    if credentials is None:
        raise NoCredentialsError
    request = AWSRequest(method=method, url=url, data=body, headers={"content-type": "application/json"})
    SigV4Auth(credentials.get_frozen_credentials(), service, region).add_auth(request)
    return {name: str(value) for name, value in request.headers.items()}


def client_of(environ: Mapping[str, str], service: str) -> Any:
    """Return a boto3 client with the credentials, region and endpoint of another shell's variables."""
    return boto3.Session().client(
        service,
        region_name=environ["AWS_REGION"],
        endpoint_url=environ.get("AWS_ENDPOINT_URL"),
        config=_CONFIG,
        aws_access_key_id=environ["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=environ["AWS_SECRET_ACCESS_KEY"],
        aws_session_token=environ.get("AWS_SESSION_TOKEN") or None,
    )


def clients_of_profile(profile: str | None, region: str) -> Callable[[str], Any] | None:
    """Return what builds clients with a profile's credentials (None: the caller's), None for an unknown profile."""
    try:
        session = boto3.Session(profile_name=profile, region_name=region)
    except ProfileNotFound:
        return None
    return cache(lambda service: session.client(service, config=_CONFIG))


def runtime_without_retries(region: str, connections: int = 64) -> Any:
    """Return a `sagemaker-runtime` client that never retries, so that a failed request is seen."""
    config = Config(retries={"total_max_attempts": 1}, max_pool_connections=connections, connect_timeout=5)
    return boto3.client("sagemaker-runtime", region_name=region, config=config)
