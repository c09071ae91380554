"""Runs the engine for one environment: settings and caller are checked before anything is started."""

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from botocore.exceptions import BotoCoreError, ClientError

from stacks.settings import Settings, SettingsError, parse
from trainyard import aws, foreground
from trainyard.engine import Engine
from trainyard.errors import UsageError
from trainyard.file_backend import mend
from trainyard.local.project import parse_stack_file, stack_file
from trainyard.local.workspace import Workspace

PREFIX = "trainyard:"
STACK_FILES = "TRAINYARD_STACK_FILES"
"""Variable with the folder of an environment that the checkout does not list, such as the one that verifies AWS."""


@dataclass(frozen=True)
class Provision:
    """One environment of a project, the engine that changes it, and the variables it runs with."""

    project: Path
    environment: str
    engine: Engine
    environ: Mapping[str, str]

    @property
    def is_local(self) -> bool:
        """Whether the variables point at the local cloud."""
        return self.environ.get("TRAINYARD_TARGET") == "local"

    @property
    def stack_file(self) -> Path:
        """The stack file: in the folder that TRAINYARD_STACK_FILES names, else in the project.

        Raises:
            UsageError: there is none of this environment.
        """
        return stack_file(Path(self.environ.get(STACK_FILES) or self.project), self.environment)

    def settings(self) -> Settings:
        """Read and check the stack file.

        Raises:
            UsageError: a setting is unknown, of a wrong type or out of range.
        """
        file = self.stack_file
        if self.is_local and STACK_FILES not in self.environ:
            workspace = Workspace(self.project)
            workspace.refresh()
            file = workspace.stack_files / file.name
        config = parse_stack_file(file.read_text(), file).get("config", {})
        dials = {key.removeprefix(PREFIX): value for key, value in config.items() if key.startswith(PREFIX)}
        try:
            return parse(dials, file.name)
        except SettingsError as error:
            raise UsageError(str(error)) from error

    def check(self) -> Settings:
        """Check the settings, and that the caller is in the account and region that they name; mend a folder of state.

        Raises:
            UsageError: something does not fit; nothing was started.
        """
        mend(self.environ)
        settings = self.settings()
        file = self.stack_file.name
        region = self.environ.get("AWS_REGION") or self.environ.get("AWS_DEFAULT_REGION") or settings.region
        if region != settings.region:
            raise UsageError(
                f"This shell is set to region {region}, but environment {self.environment!r} is in {settings.region}",
                where=f"AWS_REGION, and trainyard:region in {file}",
                cure=f"Set AWS_REGION={settings.region}, or take the environment of that region",
            )
        account = self._caller(settings.region)
        if account != settings.account:
            raise UsageError(
                f"The caller is in account {account}, but environment {self.environment!r} is in {settings.account}",
                where=f"the AWS credentials of this shell, and trainyard:account in {file}",
                cure="Take the credentials of that account; nothing was changed",
            )
        return settings

    def _caller(self, region: str) -> str:
        try:
            return str(aws.client("sts", region).get_caller_identity()["Account"])
        except (BotoCoreError, ClientError) as error:
            raise UsageError(
                f"AWS does not say who is calling: {error}",
                where="the AWS credentials and endpoint of this shell",
                cure='Log in, or run `eval "$(trainyard local env)"` after `trainyard local start`',
            ) from error

    def run(self, command: str, arguments: Sequence[str] = ()) -> int:
        """Check, then run `pulumi COMMAND` on this terminal, and return its exit code."""
        self.select()
        return self.pulumi(command, "--stack", self.environment, *arguments).returncode

    def select(self) -> Settings:
        """Check, and make the engine's stack where there is none yet.

        Raises:
            UsageError: something does not fit; nothing was started.
        """
        settings = self.check()
        self.pulumi("stack", "select", self.environment, "--create", capture=True)
        return settings

    def pulumi(self, *arguments: str, capture: bool = False) -> subprocess.CompletedProcess[str]:
        """Run the engine, on this terminal or with its output captured, and return how it ended."""
        environ = {**os.environ, **self.environ, "PULUMI_SKIP_UPDATE_CHECK": "true"}
        # The language host runs the `python` that it finds first.
        environ["PATH"] = os.pathsep.join(
            [str(Path(sys.executable).parent), str(self.engine.bin), environ.get("PATH", "")]
        )
        if not self.is_local:
            # Beside that python lies the local cloud's provider, which refuses to speak to AWS.
            environ["PULUMI_IGNORE_AMBIENT_PLUGINS"] = "true"
        return foreground.run([str(self.engine.pulumi), *arguments], env=environ, capture_output=capture)
