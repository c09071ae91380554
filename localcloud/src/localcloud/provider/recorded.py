"""Records of resources that are kept but not executed: through the local cloud's admin API, or in memory for tests."""

import json
import secrets
import urllib.error
import urllib.parse
import urllib.request
from typing import Any, Protocol

from localcloud.provider.errors import ProviderError
from localcloud.provider.values import Props

RECORDED_PATH = "/_localcloud/recorded"


class Records(Protocol):
    """Where records are kept, by type and id, each in an account and a region."""

    def put(self, account: str, region: str, token: str, resource_id: str, properties: Props) -> None:
        """Write one record."""
        ...

    def get(self, account: str, region: str, token: str, resource_id: str) -> Props | None:
        """Return one record, or None."""
        ...

    def delete(self, account: str, region: str, token: str, resource_id: str) -> None:
        """Forget one record; a missing one is no error."""
        ...


class CloudRecords:
    """Records kept by the local cloud, so that they survive a restart and are listed by it."""

    def __init__(self, endpoint: str) -> None:
        self._endpoint = endpoint.rstrip("/")

    def put(self, account: str, region: str, token: str, resource_id: str, properties: Props) -> None:
        """Write one record."""
        self._send("PUT", account, region, token, resource_id, json.dumps(properties).encode())

    def get(self, account: str, region: str, token: str, resource_id: str) -> Props | None:
        """Return one record, or None."""
        return self._send("GET", account, region, token, resource_id)

    def delete(self, account: str, region: str, token: str, resource_id: str) -> None:
        """Forget one record; a missing one is no error."""
        self._send("DELETE", account, region, token, resource_id)

    def _send(self, method: str, account: str, region: str, token: str, resource_id: str, body: Any = None) -> Any:
        query = urllib.parse.urlencode({"account": account, "region": region, "token": token, "id": resource_id})
        request = urllib.request.Request(f"{self._endpoint}{RECORDED_PATH}?{query}", data=body, method=method)
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        try:
            with opener.open(request, timeout=30) as answer:
                return json.loads(answer.read() or b"null")
        except urllib.error.HTTPError as error:
            if error.code == 404 and method != "PUT":
                return None
            raise ProviderError(f"the local cloud cannot keep a record of {token} {resource_id!r}: {error}") from error
        except OSError as error:
            raise ProviderError(f"the local cloud does not answer at {self._endpoint}: {error}") from error


class MemoryRecords:
    """Records in memory, for tests in process."""

    def __init__(self) -> None:
        self._kept: dict[tuple[str, ...], Props] = {}

    def put(self, account: str, region: str, token: str, resource_id: str, properties: Props) -> None:
        """Write one record."""
        self._kept[account, region, token, resource_id] = dict(properties)

    def get(self, account: str, region: str, token: str, resource_id: str) -> Props | None:
        """Return one record, or None."""
        return self._kept.get((account, region, token, resource_id))

    def delete(self, account: str, region: str, token: str, resource_id: str) -> None:
        """Forget one record; a missing one is no error."""
        self._kept.pop((account, region, token, resource_id), None)


def new_id(prefix: str) -> str:
    """Return a fresh id in AWS's usual shape, such as `nat-0f3c…`."""
    return f"{prefix}-{secrets.token_hex(9)[:17]}"
