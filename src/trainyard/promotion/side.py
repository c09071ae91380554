"""One of the two environments of a promotion, each reached with credentials of its own account only."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from stacks.outputs import PlatformOutputs, ServiceOutputs
from trainyard import aws
from trainyard.environment import Environment
from trainyard.errors import UsageError
from trainyard.image import is_local
from trainyard.local.project import find_project, parse_stack_file, stack_file
from trainyard.local.target import credentials
from trainyard.local.workspace import ACCOUNT_KEY, Workspace
from trainyard.registry.archive import Place

Clients = Callable[[str], Any]


@dataclass(frozen=True, kw_only=True)
class Side:
    """A model service in an environment, and clients of its account and region."""

    platform: PlatformOutputs
    service: ServiceOutputs
    client: Clients

    @property
    def name(self) -> str:
        """The environment's name."""
        return self.platform.environment

    def archive(self, url: str) -> Place:
        """Return an object of a bucket that this environment's account must own."""
        return Place.of(url, self.platform.account, self.client("s3"))


def open_side(environment: str, service: str, profile: str | None, option: str) -> Side:
    """Return a model service in an environment, with credentials for it.

    On the local cloud every account has standing credentials. On AWS they are those of an AWS profile, or the shell's,
    and must be of the account that the stack file names.

    Args:
        environment: its name, as its stack file has it.
        service: name of the model service.
        profile: name of an AWS profile; None takes the shell's credentials.
        option: where the profile is given, for messages.

    Raises:
        UsageError: there is no such environment, service or profile, or the credentials are of another account.
    """
    project = find_project()
    client = _local(project, environment) if is_local() else _on_aws(project, environment, profile, option)
    found = Environment.load(environment, client("ssm"))
    return Side(platform=found.platform, service=found.service(service), client=client)


def _local(project: Path, environment: str) -> Clients:
    stack_file(project, environment)
    variables = credentials(Workspace(project), environment)
    return cache(lambda service: aws.client_of(variables, service))


def _on_aws(project: Path, environment: str, profile: str | None, option: str) -> Clients:
    file = stack_file(project, environment)
    config = parse_stack_file(file.read_text(), file).get("config", {})
    account, region = str(config.get(ACCOUNT_KEY)), str(config.get("trainyard:region"))
    client = aws.clients_of_profile(profile, region)
    if client is None:
        raise UsageError(f"There is no AWS profile {profile!r}", where=option, cure="`aws configure list-profiles`")
    caller = str(client("sts").get_caller_identity()["Account"])
    if caller != account:
        whose = f"profile {profile}" if profile else "this shell"
        raise UsageError(
            f"The credentials of {whose} are of account {caller}, and {environment} is account {account}",
            where=f"{option} and {file.name}",
            cure=f"Name a profile of account {account} with {option}; each environment takes its own",
        )
    return client
