"""DescribeEndpoint and ListEndpoints."""

from localcloud.errors import NotFoundError
from localcloud.sagemaker.endpoints.record import KIND, endpoint_arn
from localcloud.sagemaker.listing import listed
from localcloud.sagemaker.service import Call, operation
from localcloud.store import Document


@operation("DescribeEndpoint")
def describe_endpoint(call: Call) -> Document:
    """Return an endpoint."""
    return {key: value for key, value in find_endpoint(call).items() if not key.startswith("_")}


@operation("ListEndpoints")
def list_endpoints(call: Call) -> Document:
    """Return one page of endpoints, the newest first."""
    status = call.params.get("StatusEquals")
    return listed(
        call.cloud.store.find_all(call.scope, KIND),
        call.params,
        result="Endpoints",
        name="EndpointName",
        summary=("EndpointName", "EndpointArn", "CreationTime", "LastModifiedTime", "EndpointStatus"),
        keep=lambda endpoint: status in (None, endpoint["EndpointStatus"]),
    )


def find_endpoint(call: Call) -> Document:
    """Return the document of the endpoint that a request names.

    Raises:
        NotFoundError: there is none.
    """
    name = call.params["EndpointName"]
    found = call.cloud.store.get(call.scope, KIND, name)
    if found is None:
        raise NotFoundError(f'Could not find endpoint "{endpoint_arn(call.scope, name)}".')
    return found
