"""What a release wants: decided once, stored with its record, and never changed while it runs.

Names carry a hash of everything that makes the fleet, so that a rerun finds what an earlier run created and two
different fleets never share a name. Strategy, thresholds and smoke tests are how to get there and stay out of the hash.
"""

import hashlib
import json
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import Literal

from stacks.outputs import Strategy, Thresholds
from trainyard.release.golden import GoldenSuite

Kind = Literal["model", "config", "rollback"]

NAME_LIMIT = 63
"""Of SageMaker's model, endpoint config and endpoint names."""


@dataclass(frozen=True, kw_only=True)
class Container:
    """What serves: an image, an archive, and the environment that its package gives it."""

    image: str
    model_data_url: str
    environment: dict[str, str]
    data_hash: str = ""
    """Of the data that the package says it was made from; empty where it does not say."""


@dataclass(frozen=True, kw_only=True)
class Fleet:
    """The instances of the new endpoint config."""

    instance_type: str
    instance_count: int
    """The dial; an update keeps the live count unless the dial was raised above it."""
    environment: dict[str, str]
    """The stack file's additions to the container's environment."""
    capture_percent: int
    capture_uri: str
    kms_key_arn: str
    execution_role_arn: str
    subnet_ids: tuple[str, ...]
    security_group_id: str


@dataclass(frozen=True, kw_only=True)
class ReleasePlan:
    """One release, whole: resuming it needs nothing else."""

    environment: str
    service: str
    release_id: str
    kind: Kind
    endpoint_name: str
    variant_name: str
    version: str
    """Of the model package; `baseline` for the day-0 model."""
    model_package_arn: str
    """Empty for the day-0 model."""
    container: Container
    fleet: Fleet
    strategy: Strategy
    thresholds: Thresholds
    endpoint_alarms: tuple[str, ...]
    """Endpoint-wide alarms, which Pulumi owns."""
    approvals_required: int = 1
    """How many different people must have approved; plans stored before there was a number asked for one."""
    topic_arn: str
    golden: GoldenSuite
    started_by: str

    @cached_property
    def digest(self) -> str:
        """Return ten hex digits of the content of the fleet."""
        container = asdict(self.container)
        del container["data_hash"]  # what serves is the archive, whatever is said of it
        content = {
            "container": container,
            "fleet": asdict(self.fleet),
            "variant": self.variant_name,
            "version": self.version,
        }
        return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()[:10]

    @property
    def model_name(self) -> str:
        """Return the name of the SageMaker model."""
        return f"{self.endpoint_name}-{self.version}-{self.digest}"

    @property
    def config_name(self) -> str:
        """Return the name of the endpoint config."""
        return self.model_name

    @property
    def pre_name(self) -> str:
        """Return the name of the pre-release endpoint and of its config."""
        return f"{self.endpoint_name}-pre-{self.digest}"

    @property
    def alarm_names(self) -> tuple[str, ...]:
        """Return the names of the alarms that watch the new endpoint config only."""
        return tuple(f"{self.endpoint_name}-{self.digest}-{what}" for what in ("5xx", "4xx", "latency", "golden"))

    @property
    def title(self) -> str:
        """Return what is released, in a few words."""
        what = {"model": "release of", "config": "config-only release of", "rollback": "rollback to"}[self.kind]
        return f"{what} {self.service} version {self.version}"
