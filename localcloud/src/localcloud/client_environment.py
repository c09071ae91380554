"""The variables that make a shell, and every AWS client in it, speak to the local cloud."""

from pathlib import Path

from localcloud.accounts import SECRET_KEY, access_key
from localcloud.home import Home
from localcloud.scope import Scope

_SDK_CONFIG = """\
SchemaVersion: "1.0"
SageMaker:
  PythonSDK:
    Modules:
      TelemetryOptOut: true
"""


def variables(home: Home, endpoint_url: str, proxy_url: str, scope: Scope) -> dict[str, str]:
    """Return the variables for one account and region of a running cloud.

    Raises:
        ValueError: an account is twelve digits.
    """
    bundle = str(home.certificates / "bundle.pem")
    return {
        "AWS_ENDPOINT_URL": endpoint_url,
        "SAGEMAKER_MLFLOW_CUSTOM_ENDPOINT": endpoint_url,
        "LOCALCLOUD_ENDPOINT": endpoint_url,
        "AWS_ACCESS_KEY_ID": access_key(scope.account),
        "AWS_SECRET_ACCESS_KEY": SECRET_KEY,
        "AWS_SESSION_TOKEN": "",
        "AWS_DEFAULT_REGION": scope.region,
        "AWS_REGION": scope.region,
        "AWS_EC2_METADATA_DISABLED": "true",
        "HTTPS_PROXY": proxy_url,
        "https_proxy": proxy_url,
        "NO_PROXY": "127.0.0.1,localhost",
        "no_proxy": "127.0.0.1,localhost",
        "AWS_CA_BUNDLE": bundle,
        "REQUESTS_CA_BUNDLE": bundle,
        "SSL_CERT_FILE": bundle,
        "SAGEMAKER_VALIDATE_ROLE": "false",
        "SAGEMAKER_USER_CONFIG_OVERRIDE": str(write_sdk_config(home)),
    }


def write_sdk_config(home: Home) -> Path:
    """Write the SageMaker SDK's configuration, which sends no telemetry, and return its path."""
    path = home.root / "sagemaker-sdk.yaml"
    path.write_text(_SDK_CONFIG)
    return path
