"""An environment as its users see it: what `stacks.outputs` promises, read from SSM and checked."""

from dataclasses import dataclass
from typing import Any, TypeVar

from botocore.exceptions import ClientError, EndpointConnectionError, NoCredentialsError, NoRegionError
from pydantic import BaseModel, ValidationError

from stacks.outputs import PlatformOutputs, ServiceOutputs, platform_parameter, service_parameter
from trainyard.errors import UsageError

Outputs = TypeVar("Outputs", bound=BaseModel)


@dataclass(frozen=True)
class Environment:
    """The platform of one environment and the parameter store it was read from."""

    name: str
    platform: PlatformOutputs
    ssm: Any

    @classmethod
    def load(cls, name: str, ssm: Any) -> "Environment":
        """Read the environment `name` through an SSM client.

        Raises:
            UsageError: AWS cannot be reached, the environment is not up, or its outputs have another schema version.
        """
        return cls(name, _read(ssm, platform_parameter(name), PlatformOutputs, f"environment {name!r}"), ssm)

    def service(self, name: str) -> ServiceOutputs:
        """Read one model service.

        Raises:
            UsageError: the environment has no such service; the message lists those it has.
        """
        if name not in self.platform.services:
            raise UsageError(
                f"There is no model service {name!r} in environment {self.name!r}; "
                f"it has: {', '.join(self.platform.services)}",
                where=f"the `services` of Pulumi.{self.name}.yaml",
                cure="Name one of these, or add an entry there and run `pulumi up`",
            )
        return _read(self.ssm, service_parameter(self.name, name), ServiceOutputs, f"model service {name!r}")


def _read(ssm: Any, parameter: str, model: type[Outputs], what: str) -> Outputs:
    try:
        value = ssm.get_parameter(Name=parameter)["Parameter"]["Value"]
    except (NoCredentialsError, NoRegionError) as error:
        raise UsageError(
            f"AWS cannot be asked for {what}: {error}",
            where="the AWS settings of this shell",
            cure='Log in to that environment\'s account, or run `eval "$(trainyard local env)"` for the local cloud',
        ) from error
    except EndpointConnectionError as error:
        raise UsageError(
            f"Nothing answers where {what} should be read: {error}",
            where="AWS_ENDPOINT_URL",
            cure="Run `trainyard local start` if this is the local cloud",
        ) from error
    except ClientError as error:
        if error.response["Error"]["Code"] != "ParameterNotFound":
            raise
        raise UsageError(
            f"There is no {what} in this account and region",
            where=f"SSM parameter {parameter}",
            cure="Run `pulumi up` for it, or change to the account that has it",
        ) from error
    try:
        return model.model_validate_json(value)
    except ValidationError as error:
        raise UsageError(
            f"The outputs of {what} do not fit this version of trainyard: {error.errors()[0]['msg']}",
            where=f"SSM parameter {parameter}",
            cure="Run `pulumi up` with this version of trainyard, or use the version that wrote them",
        ) from error
