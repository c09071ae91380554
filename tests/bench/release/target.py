"""The local cloud of a benchmark, as a shell and as boto3 see it."""

from typing import Any

import boto3


def environ(url: str) -> dict[str, str]:
    """Return the variables of a shell that is set to the cloud at an address."""
    return {
        "AWS_ENDPOINT_URL": url,
        "AWS_ACCESS_KEY_ID": "LKIA000000000001",
        "AWS_SECRET_ACCESS_KEY": "local",
        "AWS_DEFAULT_REGION": "eu-west-1",
        "AWS_EC2_METADATA_DISABLED": "true",
    }


def client(service: str, environ: dict[str, str]) -> Any:
    """Return a boto3 client with these variables."""
    return boto3.client(
        service,
        endpoint_url=environ["AWS_ENDPOINT_URL"],
        region_name=environ["AWS_DEFAULT_REGION"],
        aws_access_key_id=environ["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=environ["AWS_SECRET_ACCESS_KEY"],
    )
