"""Images on the local cloud: folders of code, run by this Python, under the tags that containers would have."""

import json
import os
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from pipelines.image_kind import tag_of
from trainyard.errors import TrainyardError
from trainyard.image.pushed import Pushed
from trainyard.image.sources import content_hash, image_sources
from trainyard.local.command import executable
from trainyard.local.project import find_project
from trainyard.local.workspace import Workspace


@dataclass(frozen=True, kw_only=True)
class ImageRequest:
    """What the operator asked for."""

    service: str
    repository_url: str
    entrypoint: Sequence[str]
    kinds: Sequence[str]
    """One image is pushed under a tag of each kind."""
    extra: Sequence[Path] = ()
    """Package folders beside the service's own."""
    tag: str | None = None
    """Takes the place of the kinds' tags, so that no run takes the image by itself."""


def is_local() -> bool:
    """Say whether this shell speaks to a local cloud."""
    return "LOCALCLOUD_ENDPOINT" in os.environ


def push_folders(request: ImageRequest) -> list[Pushed]:
    """Push a service's image to the local cloud; the same code pushed again changes nothing.

    Raises:
        UsageError: a folder is missing; nothing was changed.
        TrainyardError: the local cloud refused the image.
    """
    with image_sources(request.service, request.extra) as folders:
        content = content_hash(folders, request.entrypoint)
        tags = {request.tag: ""} if request.tag else {tag_of(kind, content): kind for kind in request.kinds}
        return [Pushed(kind=kind, tag=tag, uri=_push(request, tag, folders)) for tag, kind in tags.items()]


def _push(request: ImageRequest, tag: str, folders: Sequence[Path]) -> str:
    done = subprocess.run(_command(request, tag, folders), capture_output=True, text=True, check=False)
    if done.returncode != 0:
        text = done.stderr.strip().removeprefix("Error: ") or f"`localcloud image push` ended with {done.returncode}"
        raise TrainyardError(text, where=f"{request.repository_url}:{tag}")
    return done.stdout.strip().splitlines()[-1]


def _command(request: ImageRequest, tag: str, folders: Sequence[Path]) -> list[str]:
    return [
        executable(),
        *("--home", os.environ.get("LOCALCLOUD_HOME") or str(Workspace(find_project()).cloud)),
        *("image", "push", "--quiet"),
        *("--repository-uri", request.repository_url),
        *("--tag", tag),
        *(part for folder in folders for part in ("--source", str(folder))),
        *("--entrypoint", json.dumps(list(request.entrypoint))),
    ]
