"""DeleteEndpoint."""

from localcloud.errors import ValidationError
from localcloud.sagemaker.endpoints.deletion import Deletion
from localcloud.sagemaker.endpoints.describe import find_endpoint
from localcloud.sagemaker.endpoints.hosting import hosting
from localcloud.sagemaker.endpoints.record import STATE_CHANGE
from localcloud.sagemaker.endpoints.scaled_variants import deregister_variants
from localcloud.sagemaker.service import Call, operation

_DELETABLE = ("InService", "Failed", "OutOfService", "UpdateRollbackFailed")
_SETTLE_SECONDS = 10.0


@operation("DeleteEndpoint")
def delete_endpoint(call: Call) -> None:
    """Delete an endpoint; its configuration and models stay."""
    endpoint = find_endpoint(call)
    place = hosting(call.cloud)
    host = place.find(call.scope, endpoint["EndpointName"])
    if host is None:
        host = place.open(call.scope, endpoint["EndpointName"])
        host.settled.set()
    with host.lock:
        if host.record.read().get("EndpointStatus") not in _DELETABLE or not host.settled.wait(_SETTLE_SECONDS):
            raise ValidationError(f'Cannot update in-progress endpoint "{endpoint["EndpointArn"]}".')
        host.record.write(EndpointStatus="Deleting")
        host.submit(Deletion(host, place.forget))
    deregister_variants(call.cloud, call.scope, host.record.name)
    host.record.announce(STATE_CHANGE)
