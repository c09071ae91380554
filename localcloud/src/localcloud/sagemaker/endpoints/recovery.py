"""What happens to endpoints when the cloud starts again: their processes come back, and cut-off updates go back."""

from localcloud.cloud import Cloud
from localcloud.sagemaker.endpoints.creation import Creation
from localcloud.sagemaker.endpoints.hosting import Hosting, hosting
from localcloud.sagemaker.endpoints.record import KIND
from localcloud.sagemaker.endpoints.variants import current_targets, targets_of
from localcloud.scope import Scope
from localcloud.store import Document


def recover(cloud: Cloud) -> None:
    """Bring every remembered endpoint back to where it can be; returns before its processes are up."""
    place = hosting(cloud)
    for scope, name, endpoint in cloud.store.scan(KIND):
        if endpoint["EndpointStatus"] == "Deleting":
            cloud.store.delete(scope, KIND, name)
        elif endpoint["EndpointStatus"] != "Failed":
            _bring_back(place, scope, name, endpoint)


def _bring_back(place: Hosting, scope: Scope, name: str, endpoint: Document) -> None:
    config = endpoint["_Config"]
    targets = current_targets(endpoint) or targets_of(config)
    reason = _reason(endpoint)
    host = place.open(scope, name)
    host.reviving = endpoint["EndpointStatus"] != "Creating"
    if reason:
        host.record.write(EndpointStatus="RollingBack", FailureReason=reason)
    host.submit(Creation(host, config, targets, reason=reason or endpoint.get("FailureReason")))


def _reason(endpoint: Document) -> str | None:
    if endpoint["EndpointStatus"] not in ("Updating", "RollingBack"):
        return None
    if endpoint["EndpointStatus"] == "RollingBack" and endpoint.get("FailureReason"):
        return endpoint["FailureReason"]
    pending = endpoint.get("PendingDeploymentSummary", {}).get("EndpointConfigName")
    what = f"the update to endpoint configuration {pending}" if pending else "the change of weights and capacities"
    return f"The local cloud stopped during {what}; the endpoint was rolled back to what it was before."
