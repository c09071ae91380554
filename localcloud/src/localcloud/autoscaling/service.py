"""Application Auto Scaling's API for the namespace `sagemaker`: which operation is served by which function.

Other namespaces are answered by moto, which records what it is told.
"""

import json

from localcloud.aws_request import AwsRequest
from localcloud.cloud import Cloud
from localcloud.errors import AwsError, ValidationError
from localcloud.sagemaker.request_shapes import check_request
from localcloud.sagemaker.service import Call, Handler, answered, registering
from localcloud.store import Document

SERVICE = "application-autoscaling"
DIMENSION = "sagemaker:variant:DesiredInstanceCount"

_OPERATIONS: dict[str, Handler] = {}
operation = registering(_OPERATIONS)


def serves(request: AwsRequest) -> bool:
    """Return whether a request is of SageMaker's namespace (or about tags, which moto does not serve at all)."""
    if request.service != SERVICE or request.operation not in _OPERATIONS:
        return False
    return request.parameters.get("ServiceNamespace", "sagemaker") == "sagemaker"


def dispatch(cloud: Cloud, request: AwsRequest) -> tuple[int, bytes]:
    """Serve one request and return the HTTP status and the answer's bytes; `serves` has said yes."""
    call = Call(cloud, request.caller.scope, request.operation, json.loads(request.body or b"{}"))

    def serve() -> Document | None:
        check_request(call.operation, call.params, SERVICE)
        _check_dimension(call.params.get("ScalableDimension"))
        return _OPERATIONS[call.operation](call)

    return answered(serve)


def not_found(message: str) -> AwsError:
    """Return the error that a missing target, policy or action is answered with."""
    return AwsError(message, code="ObjectNotFoundException", status=400)


def _check_dimension(dimension: str | None) -> None:
    if dimension not in (None, DIMENSION):
        raise ValidationError(
            f"Scalable dimension {dimension} of SageMaker is not served by the local cloud; it scales {DIMENSION}."
        )
