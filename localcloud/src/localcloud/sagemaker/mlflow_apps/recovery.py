"""What happens to apps when the cloud starts again: their servers come back, and what was being deleted goes."""

from localcloud.cloud import Cloud
from localcloud.sagemaker.mlflow_apps import record
from localcloud.sagemaker.mlflow_apps.hosting import hosting

_AFTERWARDS = {"Creating": ("Created", "CreateFailed"), "Updating": ("Updated", "UpdateFailed")}
"""What was under way when the cloud stopped -> its end, and its end where the server does not start."""


def recover(cloud: Cloud) -> None:
    """Bring every remembered app back; returns before its server is up."""
    for scope, app_id, app in cloud.store.scan(record.KIND):
        status = app["Status"]
        if status == "Deleting":
            hosting(cloud).end(scope, app_id)
        elif status != "CreateFailed":
            done, failed = _AFTERWARDS.get(status, (status, "UpdateFailed"))
            hosting(cloud).launch(scope, app_id, done=done, failed=failed)
