"""What can be looked up about a model: its card, the gate's page, its data's version, and the model made again."""

import json
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

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

    def look_up(self, version: int) -> dict[str, Any]:
        """Write the pages, make a version again, commit its data's pointer; return the facts.

        Raises:
            TrainyardError: a command failed; a version that is not reproduced is a failure.
        """
        card, report = self.pages / "model-card.html", self.pages / "report.html"
        self.pages.mkdir(parents=True, exist_ok=True)
        self.shell.trainyard("pipeline", "report", self.service, "--output", str(report))
        self.shell.trainyard("model", "card", self.service, str(version), "--html", str(card))
        again = self.shell.trainyard("model", "reproduce", self.service, str(version))
        return {"reproduced": "Identical: " in again, "data_versions": self._data_versions()}

    def _data_versions(self) -> int | None:
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
