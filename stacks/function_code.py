"""The code of the platform's functions: the files of ours that their handlers need, and no other.

Pure: read from the sources, by their import statements, so that a module which a handler gains travels with it. The
same sources give the same archive. Which packages of others are there is up to the runtime and its layer.
"""

import ast
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

ROOT = Path(__file__).parents[1]
HANDLERS = ("trainyard.handlers.approval", "trainyard.handlers.release", "trainyard.handlers.retraining")
_HOMES = {"trainyard": ROOT / "src", "stacks": ROOT, "pipelines": ROOT}
"""Where our packages that handlers may import lie, by the first part of their names."""
_GOLDEN = "golden_requests.json"


def files(services: Iterable[str]) -> dict[str, Path]:
    """Return the archive's files by their paths in it.

    Args:
        services: names of the model services, whose golden requests go along, with nothing else of their packages but
            the mark that they are some. Of a service that has none yet, each release is refused, as the command does.

    Raises:
        FileNotFoundError: a handler imports a module that is not there.
    """
    modules = dict(_closure(HANDLERS))
    return dict(sorted({**modules, **_golden(services)}.items()))


def _closure(names: Iterable[str]) -> Iterator[tuple[str, Path]]:
    """Yield the files of modules and of all that they import of ours, by path in the archive."""
    waiting, seen = list(names), set[str]()
    while waiting:
        name = waiting.pop()
        if name in seen:
            continue
        seen.add(name)
        home, path = _HOMES[name.partition(".")[0]], _file(name)
        yield path.relative_to(home).as_posix(), path
        waiting += [name.rpartition(".")[0]] if "." in name else []
        waiting += _imported(path)


def _imported(path: Path) -> Iterator[str]:
    """Yield our modules that a file imports, wherever in it."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            named = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            inside = [f"{node.module}.{alias.name}" for alias in node.names]
            named = [node.module, *(each for each in inside if _ours(each) and _exists(each))]
        else:
            continue
        yield from filter(_ours, named)


def _ours(name: str) -> bool:
    return name.partition(".")[0] in _HOMES


def _exists(name: str) -> bool:
    return any(path.is_file() for path in _places(name))


def _file(name: str) -> Path:
    for path in _places(name):
        if path.is_file():
            return path
    raise FileNotFoundError(f"There is no module {name}, which the functions import.")


def _places(name: str) -> tuple[Path, Path]:
    base = _HOMES[name.partition(".")[0]].joinpath(*name.split("."))
    return base / "__init__.py", base.with_suffix(".py")


def _golden(services: Iterable[str]) -> Mapping[str, Path]:
    packages = (service.replace("-", "_") for service in services)
    names = (f"{package}/{file}" for package in packages for file in ("__init__.py", _GOLDEN))
    return {name: ROOT / "src" / name for name in names if (ROOT / "src" / name).is_file()}
