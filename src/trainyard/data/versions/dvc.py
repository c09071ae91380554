"""DVC, as its own users run it: the real command, from an environment of its own."""

import os
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from trainyard.errors import TrainyardError
from trainyard.tool_environment import tool_environment

LOCK = Path("requirements/dvc.lock")
_REMOTE = "platform"


@dataclass(frozen=True)
class DvcProject:
    """A repository under git whose data DVC keeps."""

    root: Path
    command: Path
    """The dvc executable."""

    @classmethod
    def of(cls, root: Path, say: Callable[[str], None]) -> "DvcProject":
        """Return the project of a checkout, with DVC installed and the repository told of it."""
        project = cls(root, tool_environment(root / LOCK, say) / "dvc")
        if not (root / ".dvc" / "config").exists():
            project.run("init", "--quiet")
        return project

    def use_remote(self, address: str) -> None:
        """Keep data at an S3 address; said in config.local, as each environment has another."""
        self.run("remote", "add", "--quiet", "--local", "--force", "--default", _REMOTE, address)
        if endpoint := os.environ.get("AWS_ENDPOINT_URL"):
            self.run("remote", "modify", "--local", _REMOTE, "endpointurl", endpoint)

    def run(self, *arguments: str) -> str:
        """Run one command in the repository's root, and return what it printed.

        Raises:
            TrainyardError: it failed; with what it said.
        """
        done = subprocess.run(
            (self.command, *arguments),
            cwd=self.root,
            env=os.environ | {"DVC_NO_ANALYTICS": "true", "PYTHONWARNINGS": "ignore"},
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise TrainyardError(
                f"dvc {arguments[0]} failed: {_reason(done.stderr or done.stdout)}",
                where=str(self.root),
                cure="See that the environment's bucket can be reached with your credentials, and run this again",
            )
        return done.stdout


def _reason(text: str) -> str:
    lines = [line for line in text.splitlines() if line.startswith("ERROR")] or text.splitlines()[-3:]
    return " ".join(lines).removeprefix("ERROR: ")
