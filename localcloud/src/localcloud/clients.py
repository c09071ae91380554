"""The one place where this side builds AWS clients: of the cloud itself, with an account's standing key."""

import threading
from typing import Any

from boto3.session import Session
from botocore.config import Config

from localcloud.accounts import SECRET_KEY, access_key
from localcloud.scope import Scope

# The cloud calls itself over the loopback: the environment's proxy must not be asked, and faults are not transient.
_CONFIG = Config(
    proxies={}, retries={"mode": "standard", "total_max_attempts": 2}, read_timeout=120, max_pool_connections=32
)


class Clients:
    """boto3 clients of one endpoint, built once for each service and scope."""

    def __init__(self, endpoint_url: str) -> None:
        self._endpoint_url = endpoint_url
        self._clients: dict[tuple[str, Scope], Any] = {}
        # boto3's sessions are not thread-safe while they build a client.
        self._lock = threading.Lock()

    def __call__(self, service: str, scope: Scope) -> Any:
        """Return the client of `service` in `scope`."""
        with self._lock:
            if (service, scope) not in self._clients:
                self._clients[service, scope] = self._build(service, scope)
            return self._clients[service, scope]

    def _build(self, service: str, scope: Scope) -> Any:
        return Session().client(
            service,
            region_name=scope.region,
            endpoint_url=self._endpoint_url,
            aws_access_key_id=access_key(scope.account),
            aws_secret_access_key=SECRET_KEY,
            config=_CONFIG,
        )
