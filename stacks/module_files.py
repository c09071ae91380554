"""The files of ours that some modules need, and no other: for code that travels to where this checkout is not.

Pure: read from the sources, by their import statements, so that a module which one gains travels with it.
"""

import ast
from collections.abc import Iterable, Iterator
from pathlib import Path

ROOT = Path(__file__).parents[1]
_HOMES = {"trainyard": ROOT / "src", "stacks": ROOT, "pipelines": ROOT}
"""Where our packages that may travel lie, by the first part of their names."""


def closure(names: Iterable[str]) -> Iterator[tuple[str, Path]]:
    """Yield the files of modules and of all that they import of ours, by path below the folder that is on the path.

    Raises:
        FileNotFoundError: one imports a module that is not there.
    """
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
    raise FileNotFoundError(f"There is no module {name}, which others of ours import.")


def _places(name: str) -> tuple[Path, Path]:
    base = _HOMES[name.partition(".")[0]].joinpath(*name.split("."))
    return base / "__init__.py", base.with_suffix(".py")
