"""The servers that one cloud runs for its apps: each is started in the background, and ended with its app."""

import logging
import shutil
import threading

from botocore.exceptions import ClientError

from localcloud.cloud import Cloud
from localcloud.errors import AwsError
from localcloud.per_cloud import PerCloud
from localcloud.sagemaker.mlflow_apps import record
from localcloud.sagemaker.mlflow_apps.interpreter import interpreter
from localcloud.sagemaker.mlflow_apps.role import session
from localcloud.sagemaker.mlflow_apps.server import Server, ServerSpec
from localcloud.scope import Scope
from localcloud.store import Document

log = logging.getLogger(__name__)

_START_SECONDS = 240.0
"""MLflow makes its database at the first start; a busy laptop takes a minute for that."""
_LOOK_SECONDS = 0.2


class Hosting:
    """The servers by the ARN of their app."""

    def __init__(self, cloud: Cloud) -> None:
        self.cloud = cloud
        self._servers: dict[str, Server] = {}
        self._closed = False
        self._lock = threading.Lock()

    def find(self, arn: str) -> Server | None:
        """Return the server of an app, or None while it has none that answers."""
        server = self._servers.get(arn)
        return server if server is not None and server.ready else None

    def launch(self, scope: Scope, app_id: str, *, done: str, failed: str) -> None:
        """Start an app's server, in place of one that it has, and set the app's status once that is decided."""
        self.cloud.spawn(lambda: self._replace(scope, app_id, done, failed), f"mlflow-{app_id}")

    def end(self, scope: Scope, app_id: str) -> None:
        """End an app's server in the background, and forget the app with all it holds."""
        self.cloud.spawn(lambda: self._remove(scope, app_id), f"mlflow-{app_id}")

    def close(self) -> None:
        """End all servers, also those that are starting."""
        with self._lock:
            self._closed = True
            servers = list(self._servers.values())
        for server in servers:
            server.stop()

    def _replace(self, scope: Scope, app_id: str, done: str, failed: str) -> None:
        arn = record.app_arn(scope, app_id)
        self._stop(arn)
        try:
            server = self._begin(scope, app_id)
        except (AwsError, ClientError, OSError) as error:
            log.error("%s cannot be started: %s", arn, error)
            record.write(self.cloud, scope, app_id, failed)
            return
        if server is None:
            return
        server.ready = self._came_up(server)
        if server.ready:
            record.write(self.cloud, scope, app_id, done)
        elif not self._closed:
            log.error("the server of %s did not start: %s", arn, server.last_words())
            record.write(self.cloud, scope, app_id, failed)

    def _begin(self, scope: Scope, app_id: str) -> Server | None:
        """Start the server of an app, unless that is being deleted or the cloud is stopping."""
        with self._lock:
            app = self.cloud.store.get(scope, record.KIND, app_id)
            if self._closed or app is None or app["Status"] == "Deleting":
                return None
            server = self._servers[record.app_arn(scope, app_id)] = Server(self._spec(scope, app_id, app))
            return server

    def _spec(self, scope: Scope, app_id: str, document: Document) -> ServerSpec:
        return ServerSpec(
            python=interpreter(),
            folder=record.folder(self.cloud, scope, app_id),
            artifact_store_uri=document["ArtifactStoreUri"],
            environment={
                "AWS_ENDPOINT_URL": self.cloud.endpoint_url,
                "AWS_REGION": scope.region,
                "AWS_DEFAULT_REGION": scope.region,
                **session(self.cloud, scope, document["RoleArn"]),
            },
        )

    def _came_up(self, server: Server) -> bool:
        for _ in range(int(_START_SECONDS / _LOOK_SECONDS)):
            if server.answers():
                return True
            if server.ended or self.cloud.stopping.wait(_LOOK_SECONDS):
                return False
        return False

    def _stop(self, arn: str) -> None:
        with self._lock:
            server = self._servers.pop(arn, None)
        if server is not None:
            server.stop()

    def _remove(self, scope: Scope, app_id: str) -> None:
        self._stop(record.app_arn(scope, app_id))
        shutil.rmtree(record.folder(self.cloud, scope, app_id), ignore_errors=True)
        record.remove(self.cloud, scope, app_id)


_hostings = PerCloud(Hosting)
hosting = _hostings.of
close = _hostings.close
