"""What AWS shows of an endpoint with a shadow, reduced to what the decision needs."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

from trainyard.release.observe import EndpointState, describe_endpoint, missing
from trainyard.shadow.plan import ShadowPlan


@dataclass(frozen=True, kw_only=True)
class Observed:
    """One look."""

    endpoint: EndpointState | None
    model: bool
    """Whether the shadow's model exists."""
    config: bool


def observe(sagemaker: Any, plan: ShadowPlan) -> Observed:
    """Look at AWS once."""
    return Observed(
        endpoint=describe_endpoint(sagemaker, plan.endpoint_name),
        model=_exists(sagemaker.describe_model, ModelName=plan.model_name),
        config=_exists(sagemaker.describe_endpoint_config, EndpointConfigName=plan.config_name),
    )


def _exists(describe: Callable[..., Any], **name: str) -> bool:
    try:
        describe(**name)
    except ClientError as error:
        if missing(error):
            return False
        raise
    return True
