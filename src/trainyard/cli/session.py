"""What most commands start with: the environment that `--stack` names, and clients in its region."""

from typing import Annotated, Any

import typer
from botocore.exceptions import NoRegionError
from rich.console import Console

from stacks.outputs import PlatformOutputs, ServiceOutputs
from trainyard import aws
from trainyard.environment import Environment
from trainyard.errors import UsageError

Stack = Annotated[str, typer.Option("--stack", "-s", envvar="TRAINYARD_STACK", help="Environment: dev, staging, prod.")]
Json = Annotated[bool, typer.Option("--json", help="For programs: one JSON document on standard output.")]
Poll = Annotated[
    float, typer.Option("--poll-seconds", envvar="TRAINYARD_POLL_SECONDS", help="Seconds between two looks.", min=0.1)
]
Service = Annotated[str, typer.Argument(help="Model service, as in the stack file, such as recommender.")]


class Session:
    """One model service in one environment, and clients of its region."""

    def __init__(self, stack: str, service: str) -> None:
        environment = Environment.load(stack, _parameter_store())
        self.platform: PlatformOutputs = environment.platform
        self.service: ServiceOutputs = environment.service(service)

    def client(self, service: str) -> Any:
        """Return a client with the caller's credentials."""
        return aws.client(service, self.platform.region)


def _parameter_store() -> Any:
    try:
        return aws.client("ssm")
    except NoRegionError as error:
        raise UsageError(
            "No AWS region is set",
            where="the AWS settings of this shell",
            cure='Set AWS_DEFAULT_REGION, or run `eval "$(trainyard local env)"` for the local cloud',
        ) from error


def console(*, error: bool = False) -> Console:
    """Return a console for people; without a terminal its lines are not cut to 80 columns."""
    made = Console(stderr=error, highlight=False)
    if not made.is_terminal:
        made.width = 200
    return made
