"""The code of the platform's functions: the files of ours that their handlers need, and no other.

Pure: read from the sources, by their import statements, so that a module which a handler gains travels with it. The
same sources give the same archive. Which packages of others are there is up to the runtime and its layer.
"""

from collections.abc import Iterable, Mapping
from pathlib import Path

from stacks.module_files import ROOT, closure

HANDLERS = ("trainyard.handlers.approval", "trainyard.handlers.release", "trainyard.handlers.retraining")
_GOLDEN = "golden_requests.json"


def files(services: Iterable[str]) -> dict[str, Path]:
    """Return the archive's files by their paths in it.

    Args:
        services: names of the model services, whose golden requests go along, with nothing else of their packages but
            the mark that they are some. Of a service that has none yet, each release is refused, as the command does.

    Raises:
        FileNotFoundError: a handler imports a module that is not there.
    """
    modules = dict(closure(HANDLERS))
    return dict(sorted({**modules, **_golden(services)}.items()))


def _golden(services: Iterable[str]) -> Mapping[str, Path]:
    packages = (service.replace("-", "_") for service in services)
    names = (f"{package}/{file}" for package in packages for file in ("__init__.py", _GOLDEN))
    return {name: ROOT / "src" / name for name in names if (ROOT / "src" / name).is_file()}
