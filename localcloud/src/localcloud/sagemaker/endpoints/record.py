"""The remembered state of one endpoint: its document in the store, and the events its changes cause."""

import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from localcloud.cloud import Cloud
from localcloud.sagemaker.tags import drop_tags
from localcloud.scope import Scope
from localcloud.store import Document

KIND = "Endpoint"
STATE_CHANGE = "SageMaker Endpoint State Change"
DEPLOYMENT_CHANGE = "SageMaker Endpoint Deployment State Change"
_EVENT_FIELDS = (
    "EndpointName",
    "EndpointArn",
    "EndpointConfigName",
    "ProductionVariants",
    "EndpointStatus",
    "FailureReason",
    "CreationTime",
    "LastModifiedTime",
    "PendingDeploymentSummary",
)


class EndpointRecord:
    """One endpoint's document, as `DescribeEndpoint` answers it (keys with `_` are private)."""

    def __init__(self, cloud: Cloud, scope: Scope, name: str) -> None:
        self._cloud = cloud
        self.scope = scope
        self.name = name

    @property
    def arn(self) -> str:
        """The endpoint's ARN."""
        return endpoint_arn(self.scope, self.name)

    def read(self) -> Document:
        """Return the document; empty once the endpoint is deleted."""
        return self._cloud.store.get(self.scope, KIND, self.name) or {}

    def write(self, *, drop: Iterable[str] = (), **changes: Any) -> Document:
        """Drop keys, then set others, and stamp the change."""
        kept = {key: value for key, value in self.read().items() if key not in set(drop)}
        body = {**kept, **changes, "LastModifiedTime": self._cloud.clock.now()}
        self._cloud.store.put(self.scope, KIND, self.name, body)
        return body

    def remove(self) -> None:
        """Forget the endpoint."""
        self._cloud.store.delete(self.scope, KIND, self.name)
        drop_tags(self._cloud, self.scope, self.arn)

    def announce(self, *detail_types: str) -> None:
        """Put the present state on the event bus, once for each detail type."""
        detail = _event_detail(self.read())
        for detail_type in detail_types:
            self._cloud.bus.emit(
                self.scope, source="aws.sagemaker", detail_type=detail_type, detail=detail, resources=[self.arn]
            )


def endpoint_arn(scope: Scope, name: str) -> str:
    """Return the ARN of an endpoint."""
    return scope.arn("sagemaker", f"endpoint/{name}")


def _event_detail(body: Mapping[str, Any]) -> Document:
    detail: Document = {key: _plain(body[key]) for key in _EVENT_FIELDS if key in body}
    # Events spell the status as IN_SERVICE where the API says InService.
    detail["EndpointStatus"] = re.sub(r"(?<!^)(?=[A-Z])", "_", body.get("EndpointStatus", "")).upper()
    detail["Tags"] = {}
    return detail


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return int(value.timestamp() * 1000)
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in value.items()}
    return [_plain(item) for item in value] if isinstance(value, list) else value
