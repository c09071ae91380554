"""One image of a service, built as `trainyard image build` builds it, for a scanner that needs its name."""

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from trainyard.errors import TrainyardError

COMMAND = str(Path(sys.executable).parent / "trainyard")


@dataclass(frozen=True)
class Image:
    """What was built."""

    name: str
    sbom: Path
    """Its bill of materials."""


def build(service: str, kind: str, project: Path) -> Image:
    """Build one kind of image; progress goes to this terminal.

    Raises:
        TrainyardError: the build failed; its own lines say why.
    """
    command = [COMMAND, "image", "build", service, "--kind", kind, "--json"]
    ended = subprocess.run(command, cwd=project, stdout=subprocess.PIPE, text=True, check=False)
    if ended.returncode != 0:
        raise TrainyardError(
            f"`trainyard image build {service} --kind {kind}` ended with {ended.returncode}",
            cure="The lines above say why",
        )
    (row,) = json.loads(ended.stdout)["images"]
    return Image(str(row["name"]), Path(row["sbom"]))
