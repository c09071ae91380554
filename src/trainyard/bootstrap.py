"""Prepares an account: brings the bootstrap project up, and moves its state into the bucket that it made.

The bucket that holds Pulumi's state is itself declared, so the first `up` keeps its state in a local file. Every step
may be interrupted and run again: where the state is decides what is left to do.
"""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import yaml
from botocore.exceptions import BotoCoreError, ClientError

from stacks.bootstrap import outputs
from stacks.bootstrap.settings import Settings, SettingsError, parse
from trainyard import aws, foreground
from trainyard.engine import Engine
from trainyard.errors import TrainyardError, UsageError
from trainyard.local.project import parse_stack_file, stack_file
from trainyard.local.workspace import Workspace

Say = Callable[[str], None]
Place = Literal["file", "bucket"]

_PREFIX = f"{outputs.PROJECT}:"
_OF_THE_SHELL = ("PULUMI_BACKEND_URL", "PULUMI_OPTION_CWD", "PULUMI_OPTION_SECRETS_PROVIDER", "PULUMI_STACK")
"""Variables that speak of the platform's project."""


def where(in_bucket: int) -> Place:
    """Return which state is the true one, from the number of resources that the bucket's knows.

    An import that was interrupted leaves an empty stack in the bucket: then the file still counts.
    """
    return "bucket" if in_bucket else "file"


def resources_in(checkpoint: str | None) -> int:
    """Return how many resources a state file of Pulumi knows; a missing one knows none."""
    if not checkpoint:
        return 0
    latest: Mapping[str, Any] = json.loads(checkpoint).get("checkpoint", {}).get("latest") or {}
    return len(latest.get("resources") or [])


def without_secrets_provider(exported: str) -> str:
    """Return an exported state that the stack's own secrets provider takes over; it holds no secret to decrypt."""
    content = json.loads(exported)
    content["deployment"].pop("secrets_providers", None)
    return json.dumps(content)


@dataclass(frozen=True)
class Bootstrap:
    """The bootstrap project of one environment's account, and the engine that changes it."""

    project: Path
    environment: str
    engine: Engine
    environ: Mapping[str, str]

    @property
    def root(self) -> Path:
        """Where the scratch copy of the stack file and the first state are; git ignores it."""
        return self.project / ".trainyard" / "bootstrap" / self.environment

    @property
    def folder(self) -> Path:
        """The committed project."""
        return self.project / "stacks" / "bootstrap"

    def check(self) -> Settings:
        """Check the settings, and that the caller is in the account that they name.

        Raises:
            UsageError: something does not fit; nothing was started.
        """
        settings = self._settings()
        caller = self._caller(settings.region)
        if caller != settings.account:
            raise UsageError(
                f"The caller is in account {caller}, but environment {self.environment!r} is in {settings.account}",
                where=f"the AWS credentials of this shell, and {_PREFIX}account in {self._file()}",
                cure="Take the credentials of that account; nothing was changed",
            )
        return settings

    def state(self, settings: Settings) -> Place:
        """Return where the state is now; `file` before anything was made."""
        return where(resources_in(self._kept_state(settings)))

    def preview(self, settings: Settings) -> int:
        """Show what would change, and return the engine's exit code."""
        place = self._select(settings)
        return self._pulumi(place, settings, "preview", "--stack", self.environment).returncode

    def up(self, settings: Settings, say: Say) -> None:
        """Bring the account to what the settings say, and the state into the bucket.

        Raises:
            TrainyardError: the engine failed; the next run continues.
        """
        place = self._select(settings)
        self._run(place, settings, "up", "--stack", self.environment, "--yes", "--skip-preview", "--suppress-outputs")
        if place == "file":
            say(f"moving the state of the bootstrap project into s3://{settings.state_bucket}")
            self._move(settings)
        # Only now: as long as the bucket does not know everything, the file is all there is.
        shutil.rmtree(self.root / "state", ignore_errors=True)

    def exports(self, settings: Settings) -> dict[str, str]:
        """Return the variables with which Pulumi keeps the platform's state in the account."""
        return {
            "PULUMI_BACKEND_URL": self._backend(settings),
            "PULUMI_OPTION_SECRETS_PROVIDER": outputs.secrets_provider(settings.region),
        }

    def _settings(self) -> Settings:
        config: Mapping[str, Any] = self._content().get("config", {})
        dials = {key.removeprefix(_PREFIX): value for key, value in config.items() if key.startswith(_PREFIX)}
        try:
            return parse(dials, self._file())
        except SettingsError as error:
            raise UsageError(str(error)) from error

    def _file(self) -> str:
        return f"stacks/bootstrap/Pulumi.{self.environment}.yaml"

    def _content(self) -> dict[str, Any]:
        """Return the stack file; on the local target with the account that AWS cannot issue, wherever it is named."""
        file = stack_file(self.folder, self.environment)
        text = file.read_text()
        content = parse_stack_file(text, file)
        if self.environ.get("TRAINYARD_TARGET") != "local":
            return content
        committed = str(content.get("config", {}).get(f"{_PREFIX}account"))
        return parse_stack_file(text.replace(committed, Workspace(self.project).account(self.environment)), file)

    def _caller(self, region: str) -> str:
        try:
            return str(aws.client("sts", region).get_caller_identity()["Account"])
        except (BotoCoreError, ClientError) as error:
            raise UsageError(
                f"AWS does not say who is calling: {error}",
                where="the AWS credentials and endpoint of this shell",
                cure='Log in, or run `eval "$(trainyard local env)"` after `trainyard local start`',
            ) from error

    def _first_state(self) -> str | None:
        file = self.root / "state" / ".pulumi" / "stacks" / outputs.PROJECT / f"{self.environment}.json"
        return file.read_text() if file.exists() else None

    def _kept_state(self, settings: Settings) -> str | None:
        key = f".pulumi/stacks/{outputs.PROJECT}/{self.environment}.json"
        try:
            answer = aws.client("s3", settings.region).get_object(
                Bucket=settings.state_bucket, Key=key, ExpectedBucketOwner=settings.account
            )
        except ClientError as error:
            if error.response["Error"]["Code"] in ("NoSuchBucket", "NoSuchKey"):
                return None
            raise
        return answer["Body"].read().decode()

    def _backend(self, settings: Settings) -> str:
        url = outputs.backend_url(settings.state_bucket, settings.region)
        # Another endpoint than AWS's has no host name for each bucket.
        return f"{url}&use_path_style=true" if self.environ.get("AWS_ENDPOINT_URL") else url

    def _select(self, settings: Settings) -> Place:
        place = self.state(settings)
        self._scratch(place, settings)
        self._run(place, settings, "stack", "select", self.environment, "--create")
        return place

    def _scratch(self, place: Place, settings: Settings) -> None:
        """Copy the project's files to where the engine may write into them."""
        for name in ("project", "state"):
            (self.root / name).mkdir(parents=True, exist_ok=True)
        manifest = yaml.safe_load((self.folder / "Pulumi.yaml").read_text())
        content = self._content()
        if place == "bucket":
            content["secretsprovider"] = outputs.secrets_provider(settings.region)
        target = self.root / "project"
        (target / "Pulumi.yaml").write_text(yaml.safe_dump({**manifest, "main": str(self.folder)}, sort_keys=False))
        (target / f"Pulumi.{self.environment}.yaml").write_text(yaml.safe_dump(content, sort_keys=False))

    def _move(self, settings: Settings) -> None:
        exported = self.root / "exported.json"
        self._run("file", settings, "stack", "export", "--stack", self.environment, "--file", str(exported))
        exported.write_text(without_secrets_provider(exported.read_text()))
        self._scratch("bucket", settings)
        # Without the option, making the stack would put a passphrase in place of the file's provider.
        provider = outputs.secrets_provider(settings.region)
        self._run("bucket", settings, "stack", "select", self.environment, "--create", "--secrets-provider", provider)
        self._run("bucket", settings, "stack", "import", "--stack", self.environment, "--file", str(exported))
        exported.unlink()
        wanted, found = resources_in(self._first_state()), resources_in(self._kept_state(settings))
        if wanted != found:
            raise TrainyardError(
                f"The bucket knows {found} resources of the bootstrap project, the local file {wanted}",
                where=f"s3://{settings.state_bucket} and {self.root / 'state'}",
                cure="Both are kept; run `trainyard bootstrap` again",
            )

    def _run(self, place: Place, settings: Settings, *arguments: str) -> None:
        if self._pulumi(place, settings, *arguments).returncode != 0:
            raise TrainyardError(
                f"`pulumi {' '.join(arguments[:2])}` failed for the bootstrap project of {self.environment!r}",
                where="the engine's output above",
                cure="What was made is kept; correct the reason and run `trainyard bootstrap` again",
            )

    def _pulumi(self, place: Place, settings: Settings, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run the engine; what it says goes to standard error, so that the exports can be evaluated by a shell."""
        environ = {key: value for key, value in {**os.environ, **self.environ}.items() if key not in _OF_THE_SHELL}
        environ["PULUMI_SKIP_UPDATE_CHECK"] = "true"
        environ["PULUMI_BACKEND_URL"] = (
            self._backend(settings) if place == "bucket" else f"file://{self.root / 'state'}"
        )
        if place == "file":
            # The project declares no secret: until the key exists, this passphrase guards nothing.
            environ["PULUMI_CONFIG_PASSPHRASE"] = ""
        # The language host runs the `python` that it finds first.
        environ["PATH"] = os.pathsep.join(
            [str(Path(sys.executable).parent), str(self.engine.bin), environ.get("PATH", "")]
        )
        command = [str(self.engine.pulumi), *arguments, "--cwd", str(self.root / "project"), "--non-interactive"]
        return foreground.run(command, env=environ, stdout=sys.stderr)
