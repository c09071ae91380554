"""What a shadow is: which version, beside which live config, on what share of the requests."""

import hashlib
import json
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import Any

from stacks.outputs import Strategy
from trainyard.release.plan import Container, Fleet

VARIANT = "shadow"
"""The name of the shadow variant, which its metrics and its captured data carry."""


@dataclass(frozen=True, kw_only=True)
class ShadowPlan:
    """One shadow, whole: going on with it, or taking it away, needs nothing else."""

    environment: str
    service: str
    shadow_id: str
    endpoint_name: str
    variant_name: str
    """Of production."""
    version: str
    model_package_arn: str
    container: Container
    fleet: Fleet
    """The dials of the environment: environment variables, role and network of the model."""
    live_config_name: str
    """What is live before, during and after."""
    live_config: dict[str, Any]
    """What CreateEndpointConfig takes of it."""
    production_weight: float
    """Of the production variant as it serves, against which the shadow's weight is a share."""
    instances: int
    percent: int
    """Of the requests, that are copied."""
    strategy: Strategy
    """Of the service; of it only waits and timeout are used, as a shadow comes and goes all at once."""
    endpoint_alarms: tuple[str, ...]
    """Endpoint-wide alarms, which take the shadow away again while it comes."""
    started_by: str

    @cached_property
    def digest(self) -> str:
        """Return ten hex digits; the id makes them new for each try, so that its metrics are its own."""
        content = json.dumps([self.shadow_id, self.version, asdict(self.container)], sort_keys=True)
        return hashlib.sha256(content.encode()).hexdigest()[:10]

    @property
    def model_name(self) -> str:
        """Return the name of the shadow's SageMaker model."""
        return f"{self.endpoint_name}-shadow-{self.digest}"

    @property
    def config_name(self) -> str:
        """Return the name of the endpoint config: the live one and the shadow."""
        return self.model_name

    @property
    def instance_type(self) -> str:
        """Return the instance type of production, which the shadow has too: its latency is to be compared."""
        return str(self.live_config["ProductionVariants"][0].get("InstanceType", ""))

    @property
    def title(self) -> str:
        """Return what is tried, in a few words."""
        return f"shadow of {self.service} version {self.version}"
