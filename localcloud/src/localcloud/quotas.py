"""Service Quotas for SageMaker: how many instances of each type an account may have behind its endpoints.

Names are AWS's ("ml.m5.large for endpoint usage"), one for each type that SageMaker's model knows. AWS's defaults
differ by type, region and age of the account, down to none; here each is `DEFAULT`, and `localcloud quota` sets others.
Other services' quotas are moto's, as far as it has any.

Source: Service Quotas API reference, ListServiceQuotas and ListAWSDefaultServiceQuotas.
"""

import hashlib
import json
from collections.abc import Callable

from localcloud.aws_request import AwsRequest
from localcloud.cloud import Cloud
from localcloud.errors import AwsError, ValidationError
from localcloud.sagemaker.listing import page
from localcloud.sagemaker.request_shapes import check_request, choices
from localcloud.sagemaker.service import answered
from localcloud.scope import Scope
from localcloud.store import Document

DEFAULT = 100
"""Instances of each type: more than a laptop runs."""
KIND = "EndpointQuota"
_SERVICE = "service-quotas"
_SAGEMAKER = "sagemaker"
_PAGE = 100
"""Quotas on a page unless the request names another number; AWS's reference gives no default."""


def serves(request: AwsRequest) -> bool:
    """Return whether a request lists quotas of SageMaker, or of a service that moto has none of."""
    if request.service != "servicequotas" or request.operation not in _LISTS:
        return False
    return request.operation == "ListServiceQuotas" or request.parameters.get("ServiceCode") == _SAGEMAKER


def dispatch(cloud: Cloud, request: AwsRequest) -> tuple[int, bytes]:
    """Serve one request and return the HTTP status and the answer's bytes; `serves` has said yes."""
    params = json.loads(request.body or b"{}")

    def serve() -> Document:
        check_request(request.operation, params, _SERVICE)
        if params["ServiceCode"] != _SAGEMAKER:
            raise _no_such(f"The local cloud has no quotas of the service {params['ServiceCode']}.")
        return page(_LISTS[request.operation](cloud, request.caller.scope), params, "Quotas", _PAGE)

    return answered(serve)


def set_quota(cloud: Cloud, scope: Scope, instance_type: str, instances: int) -> None:
    """Set how many instances of a type an account may have behind its endpoints in a region.

    Raises:
        ValidationError: SageMaker has no such type, or the number is negative.
    """
    if instance_type not in _types():
        raise ValidationError(f"{instance_type} is no instance type that endpoints can have, such as ml.m5.large.")
    if instances < 0:
        raise ValidationError(f"A quota is 0 or more instances, not {instances}.")
    cloud.store.put(scope, KIND, instance_type, {"Value": instances})


def _applied(cloud: Cloud, scope: Scope) -> list[Document]:
    """Return the quotas in force."""
    changed = {name: body["Value"] for where, name, body in cloud.store.scan(KIND) if where == scope}
    return [_quota(scope, name, changed.get(name, DEFAULT)) for name in _types()]


def _defaults(cloud: Cloud, scope: Scope) -> list[Document]:
    """Return what an account has before anything is set."""
    return [_quota(scope, name, DEFAULT) for name in _types()]


def _quota(scope: Scope, instance_type: str, instances: int) -> Document:
    name = f"{instance_type} for endpoint usage"
    # AWS's codes are drawn and not documented as a list; these are as stable, and not AWS's.
    code = f"L-{hashlib.sha256(name.encode()).hexdigest()[:8].upper()}"
    return {
        "ServiceCode": _SAGEMAKER,
        "ServiceName": "Amazon SageMaker",
        "QuotaArn": scope.arn("servicequotas", f"{_SAGEMAKER}/{code}"),
        "QuotaCode": code,
        "QuotaName": name,
        "Value": float(instances),
        "Unit": "None",
        "Adjustable": True,
        "GlobalQuota": False,
    }


def _types() -> list[str]:
    return choices("ProductionVariantInstanceType")


def _no_such(message: str) -> AwsError:
    return AwsError(message, code="NoSuchResourceException", status=400)


_LISTS: dict[str, Callable[[Cloud, Scope], list[Document]]] = {
    "ListServiceQuotas": _applied,
    "ListAWSDefaultServiceQuotas": _defaults,
}
