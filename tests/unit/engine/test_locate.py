from pathlib import Path

import pytest

from trainyard.engine.locate import cache_folder, locate
from trainyard.engine.versions import ENGINE, parse


def install(folder: Path, version: str, host: bool = True) -> None:
    folder.mkdir(parents=True)
    command = folder / "pulumi"
    command.write_text(f"#!/bin/sh\necho {version}\n")
    command.chmod(0o755)
    if host:
        (folder / "pulumi-language-python").touch()


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    return {"PATH": str(tmp_path / "path"), "TRAINYARD_CACHE": str(tmp_path / "cache")}


def test_the_engine_on_path_comes_first(tmp_path: Path, environ: dict[str, str]):
    install(tmp_path / "path", "v3.300.0")
    install(cache_folder(environ) / "bin", f"v{ENGINE}")
    engine = locate(environ)
    assert engine is not None
    assert (engine.origin, engine.version) == ("path", "v3.300.0")


def test_an_engine_on_path_that_is_too_old_is_passed_over(tmp_path: Path, environ: dict[str, str]):
    install(tmp_path / "path", "v3.60.0")
    install(cache_folder(environ) / "bin", f"v{ENGINE}")
    engine = locate(environ)
    assert engine is not None
    assert engine.origin == "cache"


def test_an_engine_without_its_python_host_does_not_count(tmp_path: Path, environ: dict[str, str]):
    install(tmp_path / "path", "v3.300.0", host=False)
    assert locate(environ) is None


def test_a_cached_engine_that_does_not_run_does_not_count(environ: dict[str, str]):
    install(cache_folder(environ) / "bin", "x; exit 3")
    assert locate(environ) is None


@pytest.mark.parametrize(
    ("text", "version"),
    [("v3.259.0", (3, 259, 0)), ("3.1.2-dev.5+x", (3, 1, 2)), ("", None), ("v3.x.1", None)],
)
def test_versions_are_read_or_refused(text: str, version: tuple[int, int, int] | None):
    assert parse(text) == version
