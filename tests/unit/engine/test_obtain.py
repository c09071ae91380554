import importlib
from pathlib import Path

import pytest

from trainyard.engine.locate import cache_folder
from trainyard.errors import TrainyardError

# The package exports the function of that name, so the module is asked for by its path.
module = importlib.import_module("trainyard.engine.obtain")


def refuse(reason: str):
    def step(folder: Path, say: object) -> None:
        raise TrainyardError(reason)

    return step


def install(folder: Path, say: object) -> None:
    (folder / "bin").mkdir(parents=True)
    command = folder / "bin" / "pulumi"
    command.write_text("#!/bin/sh\necho v3.259.0\n")
    command.chmod(0o755)
    (folder / "bin" / "pulumi-language-python").touch()


@pytest.fixture(autouse=True)
def nothing_installed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", "/usr/bin:/bin")
    monkeypatch.setenv("TRAINYARD_CACHE", str(tmp_path))


def test_a_failed_download_is_followed_by_a_build(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(module, "download", refuse("offline"))
    monkeypatch.setattr(module, "build", install)
    said: list[str] = []
    assert module.obtain(said.append).origin == "cache"
    assert "download is not possible here (offline)" in said[0]


def test_without_any_engine_every_reason_is_named(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(module, "download", refuse("offline"))
    monkeypatch.setattr(module, "build", refuse("Go is not installed"))
    with pytest.raises(TrainyardError, match=r"offline.*Go is not installed.*Install Pulumi"):
        module.obtain(lambda line: None)


def test_an_interrupted_build_leaves_nothing_that_looks_finished(monkeypatch: pytest.MonkeyPatch):
    def interrupted(folder: Path, say: object) -> None:
        install(folder, say)
        raise KeyboardInterrupt

    monkeypatch.setattr(module, "download", refuse("offline"))
    monkeypatch.setattr(module, "build", interrupted)
    with pytest.raises(KeyboardInterrupt):
        module.obtain(lambda line: None)
    assert not cache_folder().exists()
    assert list(cache_folder().parent.iterdir()) == []
