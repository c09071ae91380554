"""The page of an app in a browser: an address that is good for one short time, and leads to the app's server.

Source: SageMaker API reference, "CreatePresignedMlflowAppUrl".
"""

import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from localcloud.cloud import Cloud
from localcloud.errors import ValidationError
from localcloud.per_cloud import PerCloud
from localcloud.sagemaker.mlflow_apps import record
from localcloud.sagemaker.mlflow_apps.hosting import hosting
from localcloud.sagemaker.request_shapes import check_request
from localcloud.sagemaker.service import Call, operation
from localcloud.store import Document

PATH = "mlflow-app/"
"""Below the local cloud's own addresses; a token follows."""
_EXPIRES_SECONDS = 300
"""Unless the request says otherwise: the longest that the API takes, which names no default of its own."""


@dataclass
class Tokens:
    """The addresses that were given out and not yet opened, by their token: an app's ARN, and until when."""

    cloud: Cloud
    given: dict[str, tuple[str, datetime]] = field(default_factory=dict[str, tuple[str, datetime]])

    def close(self) -> None:
        """Forget them."""
        self.given.clear()


_tokens = PerCloud(Tokens)


@operation("CreatePresignedMlflowAppUrl")
def create_url(call: Call) -> Document:
    """Return an address that opens the app's page once, within the seconds asked for."""
    check_request(call.operation, call.params)
    app = record.find(call.cloud, call.scope, call.params["Arn"])
    if app["Status"] not in record.SERVED:
        raise ValidationError(f"MlflowApp {app['Arn']} is {app['Status']}; its page can be opened once it is Created.")
    token = secrets.token_urlsafe(32)
    seconds = call.params.get("ExpiresInSeconds", _EXPIRES_SECONDS)
    _tokens.of(call.cloud).given[token] = (app["Arn"], call.cloud.clock.now() + timedelta(seconds=seconds))
    return {"AuthorizedUrl": f"{call.cloud.endpoint_url}/_localcloud/{PATH}{token}"}


def opened(cloud: Cloud, token: str) -> str | None:
    """Return the address of the page behind a token, which is void from now on; None if it was before."""
    arn, until = _tokens.of(cloud).given.pop(token, ("", datetime.min))
    server = hosting(cloud).find(arn)
    if server is None or cloud.clock.now() > until:
        return None
    return f"http://127.0.0.1:{server.port}/"
