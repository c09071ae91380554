"""The build context of an image: the files that its Dockerfile names and nothing else, so their hash is its content."""

import shutil
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from pipelines.image_kind import tag_of
from trainyard.errors import UsageError
from trainyard.image.recipe import RECIPES
from trainyard.image.sources import content_hash, image_sources


@dataclass(frozen=True, kw_only=True)
class Context:
    """A folder laid out as the checkout is, and what to build from it."""

    folder: Path
    dockerfile: Path
    arguments: Mapping[str, str]
    tag: str
    """`<kind>-<hash of folder and arguments>`."""


@contextmanager
def build_context(service: str, kind: str, project: Path, base: str) -> Generator[Context, None, None]:
    """Lay out an image's context while the block runs.

    Raises:
        UsageError: the checkout lacks a file that the image is made from, or the service has no package.
    """
    recipe = RECIPES[kind]
    dockerfile = f"containers/{recipe.dockerfile}"
    arguments = recipe.build_arguments(base)
    with image_sources(service, ()) as packages, TemporaryDirectory(prefix="trainyard-context-") as scratch:
        folder = Path(scratch, "context")
        for name in (dockerfile, f"requirements/{recipe.lock}", *recipe.files):
            _copy(project / name, folder / name)
        for package in packages:
            shutil.copytree(package, folder / "src" / package.name, ignore=shutil.ignore_patterns("__pycache__"))
        content = content_hash([folder], [f"{name}={value}" for name, value in sorted(arguments.items())])
        yield Context(folder=folder, dockerfile=folder / dockerfile, arguments=arguments, tag=tag_of(kind, content))


def _copy(source: Path, target: Path) -> None:
    if not source.is_file():
        raise UsageError(
            f"The image needs {source.name}, which is not there", where=str(source), cure="Run in a whole checkout"
        )
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy2(source, target)
