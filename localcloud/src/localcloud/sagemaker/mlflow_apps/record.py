"""The remembered state of an app: its document in the store, as `DescribeMlflowApp` answers it.

Source: SageMaker API reference, "CreateMlflowApp", "DescribeMlflowApp", "UpdateMlflowApp", "DeleteMlflowApp".
"""

import secrets
import string
from pathlib import Path

from localcloud.cloud import Cloud
from localcloud.errors import NotFoundError
from localcloud.sagemaker.tags import drop_tags
from localcloud.scope import Scope
from localcloud.store import Document

KIND = "MlflowApp"
SERVED = ("Created", "Updated", "Updating", "UpdateFailed")
"""In these states an app answers."""

_ID_CHARACTERS = string.ascii_uppercase + string.digits
_ID_LENGTH = 12


def new_id() -> str:
    """Return the id of a new app: its name is no part of its ARN."""
    return "app-" + "".join(secrets.choice(_ID_CHARACTERS) for _ in range(_ID_LENGTH))


def app_arn(scope: Scope, app_id: str) -> str:
    """Return the ARN of an app."""
    return scope.arn("sagemaker", f"mlflow-app/{app_id}")


def find(cloud: Cloud, scope: Scope, arn: str) -> Document:
    """Return the document of an app.

    Raises:
        NotFoundError: the account has none of that ARN in the region.
    """
    document = cloud.store.get(scope, KIND, id_of(arn))
    if document is None or document["Arn"] != arn:
        raise NotFoundError(f"MlflowApp with ARN {arn} does not exist.", code="ResourceNotFound")
    return document


def id_of(arn: str) -> str:
    """Return the id in an ARN."""
    return arn.rpartition("/")[2]


def write(cloud: Cloud, scope: Scope, app_id: str, status: str) -> None:
    """Set the status of an app; one that is being deleted meanwhile, or gone, stays so."""
    app = cloud.store.get(scope, KIND, app_id)
    if app is not None and app["Status"] != "Deleting":
        cloud.store.update(scope, KIND, app_id, Status=status, LastModifiedTime=cloud.clock.now())


def remove(cloud: Cloud, scope: Scope, app_id: str) -> None:
    """Forget an app."""
    cloud.store.delete(scope, KIND, app_id)
    drop_tags(cloud, scope, app_arn(scope, app_id))


def folder(cloud: Cloud, scope: Scope, app_id: str) -> Path:
    """Return where an app's server keeps its database and its log."""
    return cloud.home / "mlflow-apps" / scope.account / scope.region / app_id
