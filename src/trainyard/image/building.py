"""Builds images: runs the builder on a context, and leaves the bill of materials in `build/images`."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from pipelines.code_commit import code_commit
from trainyard.errors import TrainyardError
from trainyard.image.builder import Builder
from trainyard.image.commands import Build, build_command, sbom_command, size_command
from trainyard.image.context import Context, build_context
from trainyard.image.recipe import BASE
from trainyard.image.secrets import pip_secrets


@dataclass(frozen=True, kw_only=True)
class BuildPlan:
    """What all images of one command have in common."""

    service: str
    project: Path
    builder: Builder
    base: str = BASE
    say: Callable[[str], None] = print
    """Told about progress, a line at a time."""


@dataclass(frozen=True, kw_only=True)
class Built:
    """An image on this machine."""

    kind: str
    name: str
    size: str
    seconds: float
    sbom: Path


def build(plan: BuildPlan, kind: str, repository: str = "") -> Built:
    """Build one kind of image, named `repository:<kind>-<content hash>`.

    Raises:
        UsageError: the checkout lacks a file.
        TrainyardError: the builder failed; what it said is on the terminal.
    """
    with build_context(plan.service, kind, plan.project, plan.base) as context:
        return build_from(plan, kind, context, repository or f"localhost/trainyard/{plan.service}")


def build_from(plan: BuildPlan, kind: str, context: Context, repository: str) -> Built:
    """Build an image from a context that is laid out."""
    name = f"{repository}:{context.tag}"
    plan.say(f"{kind}: {plan.builder.name} builds {name}")
    started = time.monotonic()
    with TemporaryDirectory(prefix="trainyard-pip-") as scratch:
        order = Build(
            name=name,
            folder=context.folder,
            dockerfile=context.dockerfile,
            arguments={**context.arguments, "REVISION": code_commit(plan.project)},
            secrets=pip_secrets(os.environ, Path(scratch)),
        )
        run(build_command(plan.builder, order), f"The {kind} image could not be built")
        sbom = _keep_sbom(plan, kind, order, Path(scratch, "sbom"))
    size = _in_words(run(size_command(plan.builder, name), "The image's size could not be read", quiet=True))
    built = Built(kind=kind, name=name, size=size, seconds=time.monotonic() - started, sbom=sbom)
    plan.say(f"{kind}: {built.size}, {built.seconds:.0f} s, bill of materials in {sbom.relative_to(plan.project)}")
    return built


def run(command: Sequence[str], failed: str, *, stdin: str | None = None, quiet: bool = False) -> str:
    """Run a builder's command and return its output; unless quiet, that goes to standard error as it comes.

    Raises:
        TrainyardError: it ended with an error.
    """
    done = subprocess.run(
        command,
        input=stdin,
        stdout=subprocess.PIPE if quiet else sys.stderr,
        stderr=subprocess.PIPE if quiet else None,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        said = (done.stderr or "").strip() if quiet else ""
        raise TrainyardError(
            f"{failed}: `{' '.join(command[:2])}` ended with {done.returncode}{f': {said}' if said else ''}",
            cure="" if said else "The lines above say why",
        )
    return (done.stdout or "").strip()


def _keep_sbom(plan: BuildPlan, kind: str, order: Build, scratch: Path) -> Path:
    run(
        sbom_command(plan.builder, order, scratch),
        f"The bill of materials of the {kind} image could not be read",
        quiet=True,
    )
    kept = plan.project / "build" / "images" / f"{kind}.cdx.json"
    kept.parent.mkdir(parents=True, exist_ok=True)
    kept.write_bytes((scratch / "python.cdx.json").read_bytes())
    return kept


def _in_words(size: str) -> str:
    """Return bytes as megabytes; buildah gives words already."""
    return f"{int(size) / 1e6:.0f} MB" if size.isdigit() else size
