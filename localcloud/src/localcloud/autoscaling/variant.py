"""The variant behind a scalable target, as the endpoint tells it."""

import re
from dataclasses import dataclass

from localcloud.cloud import Cloud
from localcloud.errors import ValidationError
from localcloud.sagemaker.endpoints.record import KIND, endpoint_arn
from localcloud.scope import Scope

_RESOURCE = re.compile(r"endpoint/([^/]+)/variant/([^/]+)")


@dataclass(frozen=True, kw_only=True)
class Variant:
    """A variant and its endpoint; `count` is what is desired of it, `reason` why the last change failed ("" else)."""

    endpoint: str
    name: str
    status: str
    count: int
    reason: str


def check_variant(cloud: Cloud, scope: Scope, resource_id: str) -> None:
    """Refuse what is no variant of an endpoint.

    Raises:
        ValidationError: the form is wrong, or there is no such endpoint or variant.
    """
    endpoint, variant = _names(resource_id)
    found = cloud.store.get(scope, KIND, endpoint)
    if found is None:
        raise ValidationError(f'Could not find endpoint "{endpoint_arn(scope, endpoint)}".')
    if variant not in [one["VariantName"] for one in found["_Config"]["ProductionVariants"]]:
        raise ValidationError(f"Endpoint {endpoint} has no production variant {variant}.")


def observe(cloud: Cloud, scope: Scope, resource_id: str) -> Variant | None:
    """Return the variant as it stands, or None while it is not there: being created, or replaced."""
    endpoint, name = _names(resource_id)
    found = cloud.store.get(scope, KIND, endpoint) or {}
    row = next((one for one in found.get("ProductionVariants", ()) if one["VariantName"] == name), None)
    if row is None:
        return None
    return Variant(
        endpoint=endpoint,
        name=name,
        status=found["EndpointStatus"],
        count=row["DesiredInstanceCount"],
        reason=found.get("FailureReason", ""),
    )


def _names(resource_id: str) -> tuple[str, str]:
    found = _RESOURCE.fullmatch(resource_id)
    if not found:
        raise ValidationError(
            f"Resource ID {resource_id!r} of namespace sagemaker must be of the form endpoint/NAME/variant/NAME."
        )
    return found[1], found[2]
