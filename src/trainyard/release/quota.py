"""How many instances of a type the account may have behind its endpoints, as Service Quotas tells."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError


@dataclass(frozen=True, kw_only=True)
class Quota:
    """An answer of Service Quotas, or why there is none."""

    name: str
    allowed: int | None = None
    """None where it is not known: the release then goes on without the check, and says so."""
    unknown: str = ""
    """Why it is not known."""


def endpoint_quota(quotas: Any, instance_type: str) -> Quota:
    """Return the quota of an instance type for endpoints; a failure to ask is part of the answer.

    Quotas are found by name, as each type has a code of its own. What was never changed may be among the defaults only
    (Service Quotas' API reference, ListServiceQuotas).
    """
    name = f"{instance_type} for endpoint usage"
    try:
        for listing in (quotas.list_service_quotas, quotas.list_aws_default_service_quotas):
            value = _named(listing, name)
            if value is not None:
                return Quota(name=name, allowed=int(value))
    except (ClientError, BotoCoreError) as error:
        return Quota(name=name, unknown=f"Service Quotas did not answer ({_code(error)})")
    return Quota(name=name, unknown="Service Quotas knows no such quota")


def _code(error: ClientError | BotoCoreError) -> str:
    """Return an error in a word: it is one part of one line of a plan."""
    return str(error.response["Error"]["Code"]) if isinstance(error, ClientError) else type(error).__name__


def _named(listing: Callable[..., Any], name: str) -> float | None:
    page: dict[str, str] = {}
    while True:
        answer = listing(ServiceCode="sagemaker", MaxResults=100, **page)
        for quota in answer["Quotas"]:
            if quota["QuotaName"] == name:
                return quota["Value"]
        if not answer.get("NextToken"):
            return None
        page = {"NextToken": answer["NextToken"]}
