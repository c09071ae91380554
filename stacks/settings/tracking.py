"""Where runs are told of."""

from pydantic import Field

from stacks.settings.dials import Dials


class TrackingSettings(Dials):
    """Whom training runs tell their parameters, metrics and files."""

    uri: str = Field(pattern=r"^$|^https?://[^\s@]+$|^arn:aws:sagemaker:[a-z0-9-]+:\d{12}:mlflow-app/[\w-]+$")
    """Address of an MLflow server that the private subnets reach, or the ARN of a SageMaker MLflow app of this account;
    empty tells nobody. No credentials: an address is in the definition of the pipeline, for all to read."""
