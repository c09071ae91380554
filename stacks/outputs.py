"""The contract between an environment and everything that runs on it.

`__main__` exports a `PlatformOutputs` and writes it to SSM; pipelines, releases and the console read it there
and nowhere else. Pure: no Pulumi, no AWS. A parameter of SSM's standard tier holds 4 KB, so each model service has
one of its own.
"""

from typing import Literal

from pydantic import BaseModel, ConfigDict

SCHEMA_VERSION = 2


class _Contract(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Buckets(_Contract):
    """Names of the environment's buckets."""

    raw: str
    features: str
    artifacts: str
    capture: str
    logs: str


class Roles(_Contract):
    """ARNs of the roles that jobs, endpoints and releases take on."""

    training: str
    serving: str
    pipeline: str
    release: str


class Network(_Contract):
    """Where jobs and endpoints run: private subnets and one security group."""

    vpc_id: str
    subnet_ids: list[str]
    security_group_id: str


class PlatformOutputs(_Contract):
    """What an environment offers to all of its model services."""

    schema_version: Literal[2] = SCHEMA_VERSION
    environment: str
    account: str
    region: str
    kms_key_arn: str
    buckets: Buckets
    roles: Roles
    network: Network
    notifications_topic_arn: str
    deployments_table: str
    approval_url: str
    """Address of the approval function; calls are signed for the service `lambda`."""
    services: list[str]
    images_borrowed_from: list[str]
    """Accounts whose images may run here."""
    tracking_uri: str = ""
    """The MLflow server or app that runs are told to; empty tells nobody."""


StrategyType = Literal["all_at_once", "canary", "linear", "rolling"]


class Strategy(_Contract):
    """How traffic moves to a new fleet; seconds are AWS's, shares are percent of the variant's instances.

    The defaults are for the records of releases that were made before these shares could be chosen.
    """

    type: StrategyType
    canary_percent: int
    linear_percent: int = 50
    rolling_percent: int = 50
    rolling_back_percent: int = 100
    """Of each batch on the way back to the old fleet."""
    bake_seconds: int
    """Wait after each step or batch has traffic, and again after all of it has moved, before the old fleet goes."""
    timeout_seconds: int


class Thresholds(_Contract):
    """When a release's alarms fire: each over one minute."""

    latency_p99_ms: float
    errors_5xx_percent: float
    errors_4xx_percent: float


class Gate(_Contract):
    """What a challenger must show."""

    minimum_ratio: float
    """MAP@10 of the challenger over the champion's, at least."""
    confidence: float
    """Share of paired bootstrap draws in which the challenger must be better, 0 to 1."""
    minimum_slice_customers: int
    maximum_slice_loss: float = 0.1
    """Share of its MAP@10 that a slice may lose; the defaults are those of environments declared before these dials."""
    minimum_map_at_10: float = 0.0
    minimum_coverage: float = 0.0
    maximum_latency_ms: float = 1000.0


class Source(_Contract):
    """Where a service's orders come from; the defaults are for services that take files."""

    type: Literal["files", "database"] = "files"
    secret_arn: str = ""
    """Of the secret that holds a database's address and password."""
    table: str = ""
    key: str = ""


class Validation(_Contract):
    """How much of a snapshot may be bad; shares are percent of its rows.

    The defaults are for environments that were brought up before these limits could be chosen.
    """

    maximum_quarantined_percent: float = 1
    maximum_percent_by_reason: dict[str, float] = {}
    maximum_age_days: int = 0
    """Of the last order; 0 does not judge it."""
    volume_tolerance: float = 4
    history_tolerance_percent: float = 5
    """How many times the expected rows the last four weeks may have, or one part in so many."""


class Features(_Contract):
    """What computes a run's features; the default is for environments declared before it could be chosen."""

    engine: Literal["duckdb", "spark"] = "duckdb"


class Training(_Contract):
    """The instances of training and processing jobs."""

    instance_type: str
    instance_count: int
    volume_gib: int
    spot: bool
    timeout_seconds: int
    processing_instance_type: str
    fallback_instance_types: list[str] = []
    """What a run may train on where AWS has no capacity of the first, in this order."""


class Schedule(_Contract):
    """A look for newer orders at set times."""

    enabled: bool
    expression: str
    """EventBridge's, in UTC."""


class NewData(_Contract):
    """A look as soon as orders have arrived."""

    enabled: bool


class Retraining(_Contract):
    """What starts a run when nobody does."""

    schedule: Schedule
    new_data: NewData

    @property
    def enabled(self) -> bool:
        """Whether anything does."""
        return self.schedule.enabled or self.new_data.enabled


NOBODY_ELSE = Retraining(schedule=Schedule(enabled=False, expression="rate(1 day)"), new_data=NewData(enabled=False))
"""Of outputs that were written before there were such dials: people start runs, and nobody else does."""


class Serving(_Contract):
    """The instances behind the endpoint, as the stack file asks for them; releases apply these dials."""

    instance_type: str
    instance_count: int
    minimum_instances: int
    maximum_instances: int
    capture_percent: int
    environment: dict[str, str]


class ServiceOutputs(_Contract):
    """What an environment offers to one model service."""

    schema_version: Literal[2] = SCHEMA_VERSION
    name: str
    owners: list[str]
    endpoint_name: str
    variant_name: str
    model_package_group: str
    repository_url: str
    pipeline_name: str
    endpoint_alarms: list[str]
    """Names of the endpoint-wide alarms that Pulumi owns."""
    approvals_required: Literal[0, 1, 2]
    """How many different people must approve a version before it is released."""
    release_on_approval: bool
    """Whether the approval that completes a version's starts its release."""
    source: Source = Source()
    training: Training
    retraining: Retraining = NOBODY_ELSE
    serving: Serving
    features: Features = Features()
    online_store: str = ""
    """Project of the feature store that runs fill and containers read; empty where there is none."""
    strategy: Strategy
    thresholds: Thresholds
    validation: Validation = Validation()
    gate: Gate


def platform_parameter(environment: str) -> str:
    """Return the SSM parameter that holds the `PlatformOutputs` of an environment."""
    return f"/trainyard/{environment}/platform"


def service_parameter(environment: str, service: str) -> str:
    """Return the SSM parameter that holds the `ServiceOutputs` of a model service."""
    return f"/trainyard/{environment}/services/{service}"
