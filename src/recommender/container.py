"""The container contract: where SageMaker puts what a step reads and where it looks for what a step leaves.

Owns every path below `/opt/ml`. The root is an argument so that a step can run in any folder.
"""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

REASON_LIMIT = 1024
"""SageMaker keeps this many characters of an exit message or failure reason."""


@dataclass(frozen=True, kw_only=True)
class Container:
    """The folders of one job."""

    root: Path = Path("/opt/ml")

    def processing_input(self, name: str) -> Path:
        """Return the folder of a processing input."""
        return self.root / "processing" / "input" / name

    def processing_output(self, name: str) -> Path:
        """Return the folder of a processing output, created."""
        return _made(self.root / "processing" / "output" / name)

    def training_channel(self, name: str) -> Path:
        """Return the folder of a training input channel."""
        return self.root / "input" / "data" / name

    def hyperparameters(self) -> dict[str, str]:
        """Read the training job's hyperparameters; none are given where the file is missing."""
        path = self.root / "input" / "config" / "hyperparameters.json"
        if not path.exists():
            return {}
        return {str(name): str(value) for name, value in json.loads(path.read_text()).items()}

    def resources(self) -> dict[str, Any]:
        """Read which host of a training job this is; nothing where the file is missing."""
        path = self.root / "input" / "config" / "resourceconfig.json"
        return json.loads(path.read_text()) if path.exists() else {}

    @property
    def checkpoints(self) -> Path | None:
        """The folder that SageMaker copies to S3 while a training job runs; None for a job without one."""
        folder = self.root / "checkpoints"
        return folder if folder.is_dir() else None

    @property
    def model(self) -> Path:
        """The folder that becomes model.tar.gz after training and holds it while serving."""
        return _made(self.root / "model")

    @property
    def training_output(self) -> Path:
        """The folder, made by who fills it, that becomes output.tar.gz beside the model: what is in no archive."""
        return self.root / "output" / "data"

    def explain_failure(self, reason: str) -> None:
        """Leave the reason of a failure where processing (`message`) and training (`failure`) jobs look for it."""
        output = _made(self.root / "output")
        for name in ("message", "failure"):
            (output / name).write_text(reason[:REASON_LIMIT])


def write_json(path: Path, document: dict[str, Any]) -> None:
    """Write a document with sorted keys, so that the same content gives the same bytes."""
    path.write_text(json.dumps(document, indent=2, sort_keys=True) + "\n")


def _made(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    return folder
