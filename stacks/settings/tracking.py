"""Where runs are told of."""

from pydantic import Field, model_validator

from stacks.settings.dials import Dials


class ManagedTrackingSettings(Dials):
    """An MLflow app of SageMaker of the environment's own, for a team that has none to share."""

    enabled: bool
    """Whether there is one; its runs are lost with it, its files lie in the artifacts bucket below `mlflow/`."""
    weekly_maintenance: str = Field(pattern=r"^(Mon|Tue|Wed|Thu|Fri|Sat|Sun):([01]\d|2[0-3]):[0-5]\d$")
    """When AWS may bring it up to date, in UTC: not when runs are due."""


class TrackingSettings(Dials):
    """Whom training runs tell their parameters, metrics and files."""

    uri: str = Field(pattern=r"^$|^https?://[^\s@]+$|^arn:aws:sagemaker:[a-z0-9-]+:\d{12}:mlflow-app/[\w-]+$")
    """Address of an MLflow server that the private subnets reach, or the ARN of a SageMaker MLflow app of this account;
    empty tells nobody. No credentials: an address is in the definition of the pipeline, for all to read."""
    endpoint_service: str = Field(pattern=r"^$|^(com\.amazonaws|aws)\.[a-z0-9.-]+$")
    """The VPC endpoint service that leads to the server's or the app's host, with a private DNS name, as
    `aws ec2 describe-vpc-endpoint-services` lists it; empty where the private subnets have another way there."""
    managed: ManagedTrackingSettings

    @model_validator(mode="after")
    def _one_place(self) -> "TrackingSettings":
        if self.uri and self.managed.enabled:
            raise ValueError("runs are told to uri, or to the managed app: name one of the two")
        if self.endpoint_service and not (self.uri or self.managed.enabled):
            raise ValueError("endpoint_service leads to uri or to the managed app, and there is neither")
        return self
