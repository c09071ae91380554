"""The workflows and composite actions of this repository, as GitHub reads them."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[3]
FOLDER = ROOT / ".github" / "workflows"

Job = dict[str, Any]
Step = dict[str, Any]


@dataclass(frozen=True)
class Workflow:
    """One file: its text, and what it says."""

    name: str
    text: str
    document: dict[Any, Any]

    @classmethod
    def of(cls, path: Path) -> "Workflow":
        text = path.read_text()
        name = path.name if path.parent == FOLDER else str(path.relative_to(ROOT / ".github"))
        return cls(name, text, yaml.safe_load(text))

    @property
    def triggers(self) -> dict[str, Any]:
        found = self.document.get(True, self.document.get("on", {}))  # YAML 1.1 reads the key `on` as a truth value
        return found if isinstance(found, dict) else {name: None for name in [found] if isinstance(name, str)}

    @property
    def jobs(self) -> dict[str, Job]:
        return self.document.get("jobs", {})

    def steps(self) -> Iterator[tuple[str, Step]]:
        """Yield every step with where it is."""
        for name, job in self.jobs.items():
            for step in job.get("steps", []):
                yield f"{self.name}: {name}", step
        for step in self.document.get("runs", {}).get("steps", []):
            yield self.name, step


def workflows() -> dict[str, Workflow]:
    """Return the workflows by file name."""
    return {path.name: Workflow.of(path) for path in sorted(FOLDER.glob("*.y*ml"))}


def everything() -> dict[str, Workflow]:
    """Return workflows and composite actions by name."""
    actions = sorted((ROOT / ".github" / "actions").rglob("action.yml"))
    return {**workflows(), **{one.name: one for one in map(Workflow.of, actions)}}
