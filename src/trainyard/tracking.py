"""Where people look at the runs that an environment records."""

from typing import Any

from stacks.outputs import PlatformOutputs
from trainyard.errors import UsageError

OPENED_WITHIN_SECONDS = 300
"""A signed address that nobody opens is void after this time."""


def page(platform: PlatformOutputs, sagemaker: Any) -> str:
    """Return the address of the tracker's page for a browser.

    Args:
        platform: of the environment.
        sagemaker: a boto3 client; asked only for a SageMaker MLflow app, whose page needs a signed address.

    Raises:
        UsageError: the environment records its runs nowhere.
    """
    if not platform.tracking_uri:
        raise UsageError(
            f"The environment {platform.environment} records its training runs nowhere",
            where=f"trainyard:tracking in Pulumi.{platform.environment}.yaml",
            cure="Name a server or enable the managed app, then run `trainyard up` and `trainyard pipeline deploy`",
        )
    if not platform.tracking_uri.startswith("arn:"):
        return platform.tracking_uri
    signed = sagemaker.create_presigned_mlflow_app_url(
        Arn=platform.tracking_uri, ExpiresInSeconds=OPENED_WITHIN_SECONDS
    )
    return signed["AuthorizedUrl"]
