"""The push itself. The local cloud takes folders of code as images; AWS takes containers, which this does not build."""

import json
import os
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from trainyard.errors import TrainyardError, UsageError
from trainyard.image.sources import content_tag, image_sources
from trainyard.local.command import executable
from trainyard.local.project import find_project
from trainyard.local.workspace import Workspace


@dataclass(frozen=True, kw_only=True)
class ImageRequest:
    """What the operator asked for."""

    service: str
    repository_url: str
    entrypoint: Sequence[str]
    extra: Sequence[Path] = ()
    """Package folders beside the service's own."""
    tag: str | None = None
    """None names the image by its content, so that pushing the same code again changes nothing."""


def push(request: ImageRequest) -> str:
    """Push a service's image to the local cloud and return `repository@sha256:…`.

    Raises:
        UsageError: this shell does not speak to a local cloud, or a folder is missing; nothing was changed.
        TrainyardError: the local cloud refused the image.
    """
    if "LOCALCLOUD_ENDPOINT" not in os.environ:
        raise UsageError(
            "This shell speaks to AWS, where images are containers, which this command does not build",
            where="LOCALCLOUD_ENDPOINT is not set",
            cure='Run `eval "$(trainyard local env)"` for the local cloud; for AWS, push a container to '
            f"{request.repository_url} with its registry client",
        )
    with image_sources(request.service, request.extra) as folders:
        tag = request.tag or content_tag(folders, request.entrypoint)
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
