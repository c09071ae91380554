"""A shell of one environment: its commands run out of sight and are told in one line each, so that several can run."""

import json
import subprocess
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from trainyard import aws, foreground
from trainyard.demo.command import TRAINYARD
from trainyard.errors import TrainyardError

Say = Callable[[str], None]
LAST_CHARACTERS = 2000
"""Of the output of a command that failed."""


@dataclass(frozen=True)
class Done:
    """How a command ended."""

    code: int
    output: str
    """What it printed, errors included."""


@dataclass(frozen=True)
class Shell:
    """Variables that lead into one environment's account, and the checkout that commands run in."""

    environment: str
    variables: Mapping[str, str]
    project: Path
    say: Say
    _clients: dict[str, Any] = field(default_factory=dict[str, Any])
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def account(self) -> str:
        """The environment's account."""
        return self.variables["TRAINYARD_ACCOUNT"]

    @property
    def region(self) -> str:
        """The environment's region."""
        return self.variables["AWS_REGION"]

    def client(self, service: str) -> Any:
        """Return a boto3 client with this shell's credentials."""
        with self._lock:
            if service not in self._clients:
                self._clients[service] = aws.client_of(self.variables, service)
            return self._clients[service]

    def trainyard(self, *arguments: str, **variables: str) -> str:
        """Run a `trainyard` command for this environment, tell that it ended, and return what it printed.

        Some variables of the shell may be replaced for it.

        Raises:
            TrainyardError: it failed; the text ends with its last lines.
        """
        started = time.monotonic()
        done = self.attempt(TRAINYARD, *arguments, **variables)
        seconds = time.monotonic() - started
        self.say(f"{self.environment:8} trainyard {' '.join(arguments)}  ({seconds:.0f} s, exit code {done.code})")
        return self._checked(done, ("trainyard", *arguments)).output

    def pulumi(self, *arguments: str, **variables: str) -> Any:
        """Run a `pulumi` command of this environment's stack that prints JSON, and return its answer.

        Raises:
            TrainyardError: it failed.
        """
        command = ("pulumi", *arguments, "--stack", self.environment)
        result = self._run(command, variables, subprocess.PIPE)
        self._checked(Done(result.returncode, result.stdout + (result.stderr or "")), command)
        return json.loads(result.stdout)

    def attempt(self, *command: str, **variables: str) -> Done:
        """Run a command with this shell's variables, some of them replaced, however it ends."""
        result = self._run(command, variables, subprocess.STDOUT)
        return Done(result.returncode, result.stdout)

    def _run(
        self, command: Sequence[str], variables: Mapping[str, str], errors: int
    ) -> subprocess.CompletedProcess[str]:
        environ = {**self.variables, **variables}
        return foreground.run(list(command), cwd=self.project, env=environ, stdout=subprocess.PIPE, stderr=errors)

    def _checked(self, done: Done, command: Sequence[str]) -> Done:
        if done.code != 0:
            raise TrainyardError(
                f"`{' '.join(command)}` ended with {done.code} in {self.environment}: {done.output[-LAST_CHARACTERS:]}"
            )
        return done
