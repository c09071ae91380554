"""What can be looked up about a model: its card, the gate's page, its data's version, and the model made again."""

import json
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from trainyard.demo.shell import Shell
from trainyard.errors import TrainyardError

_COMMITTER = ("-c", "user.name=Trainyard demo", "-c", "user.email=demo@example.com")


@dataclass(frozen=True)
class Records:
    """Looks things up by commands, out of sight."""

    shell: Shell
    service: str
    pages: Path
    """Where pages go."""
    clone: Path
    """Where the checkout is cloned to: pointers are committed there, and the checkout stays as it is."""

    def make_again(self, version: int) -> bool:
        """Return whether a version is trained again from its record to the same bytes.

        Raises:
            TrainyardError: it is not the same model, or the command failed.
        """
        return "Identical: " in self.shell.trainyard("model", "reproduce", self.service, str(version))

    def write_pages(self, version: int) -> None:
        """Write the gate's page of the newest run and the model card of a version.

        Raises:
            TrainyardError: a command failed.
        """
        self.pages.mkdir(parents=True, exist_ok=True)
        report, card = str(self.pages / "report.html"), str(self.pages / "model-card.html")
        self.shell.trainyard("pipeline", "report", self.service, "--output", report)
        self.shell.trainyard("model", "card", self.service, str(version), "--html", card)

    def keep_data(self) -> int | None:
        """Commit the pointer of the newest snapshot and return how many git knows; None where that cannot be."""
        if not clone(self.shell.project, self.clone, self.shell.say):
            return None
        there = Shell(self.shell.environment, self._variables(), self.clone, self.shell.say)
        try:
            there.trainyard("data", "snapshot", self.service)
        except TrainyardError as error:
            self.shell.say(f"No version of the data is kept: {error}")
            return None
        for command in (("add", "data", ".dvc"), (*_COMMITTER, "commit", "-q", "-m", "Orders of the demonstration")):
            subprocess.run(("git", *command), cwd=self.clone, check=True)
        return len(json.loads(there.trainyard("data", "log", self.service, "--json")))

    def _variables(self) -> dict[str, str]:
        return {**self.shell.variables, "TRAINYARD_PROJECT": str(self.clone)}


def clone(project: Path, target: Path, say: Callable[[str], None]) -> bool:
    """Clone a checkout, in the place of an earlier clone; False, and told why, where it is none."""
    shutil.rmtree(target, ignore_errors=True)
    cloned = subprocess.run(
        ["git", "clone", "--quiet", str(project), str(target)],
        capture_output=True,
        text=True,
        check=False,
    )
    if cloned.returncode:
        say(f"No version of the data is kept: {cloned.stderr.strip()}")
    return cloned.returncode == 0
