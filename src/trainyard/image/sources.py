"""What goes into a service's image: its own package, and of trainyard the gate alone."""

import hashlib
import importlib.util
import shutil
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import trainyard
from trainyard.errors import UsageError


@contextmanager
def image_sources(service: str, extra: Sequence[Path]) -> Generator[list[Path], None, None]:
    """Lay out the package folders of a service's image while the block runs.

    The service's package is first, the gate second, then `extra`; a later folder of the same name would hide an
    earlier one, so that is refused.

    Raises:
        UsageError: a folder does not exist, or two have one name.
    """
    with TemporaryDirectory(prefix="trainyard-image-") as scratch:
        folders = [_package(service), _gate_only(Path(scratch)), *(_existing(folder) for folder in extra)]
        names = [folder.name for folder in folders]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise UsageError(
                f"Two folders of the image are called {twice[0]}", where="--extra", cure="Rename the one you add"
            )
        yield folders


def default_entrypoint(service: str) -> list[str]:
    """Return the argument vector that a service's container starts with."""
    return ["python", "-m", service]


def content_hash(folders: Sequence[Path], settings: Sequence[str]) -> str:
    """Return a name for the content: equal folders (by their own names) and settings get equal hashes."""
    digest = hashlib.sha256("\0".join(settings).encode())
    for folder in folders:
        for path in sorted(folder.rglob("*")):
            if path.is_file() and "__pycache__" not in path.parts:
                digest.update(f"\0{folder.name}/{path.relative_to(folder)}\0".encode())
                digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


def _package(service: str) -> Path:
    module = service.replace("-", "_")
    found = importlib.util.find_spec(module)
    if found is None or not found.submodule_search_locations:
        raise UsageError(
            f"There is no package {module} to make an image of {service} from",
            where=f"src/{module}",
            cure="A service's code lives in a package of its name; run the command in the project's environment",
        )
    return Path(found.submodule_search_locations[0])


def _gate_only(scratch: Path) -> Path:
    """Copy what `python -m trainyard.gate` needs; the rest of trainyard would bring boto3 and more into the image."""
    source, target = Path(trainyard.__file__).parent, scratch / "trainyard"
    target.mkdir()
    shutil.copy(source / "__init__.py", target)
    shutil.copytree(source / "gate", target / "gate", ignore=shutil.ignore_patterns("__pycache__"))
    return target


def _existing(folder: Path) -> Path:
    if not folder.is_dir():
        raise UsageError(f"There is no folder {folder}", where="--extra", cure="Name a package folder")
    return folder.resolve()
