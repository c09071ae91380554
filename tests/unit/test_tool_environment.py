"""Environments of tools: made once for a lock, anew for another, and never half."""

from pathlib import Path

import pytest

from trainyard import tool_environment as subject
from trainyard.errors import TrainyardError


class Installer:
    """Stands in for uv: notes what it is asked for, and leaves a bin folder as uv does."""

    def __init__(self, failing: str | None = None) -> None:
        self.commands: list[str] = []
        self.failing = failing

    def __call__(self, *command: str | Path) -> None:
        self.commands.append(str(command[1]))
        (Path(command[-1]) / "bin").mkdir(parents=True, exist_ok=True) if command[1] == "venv" else None
        if command[1] == self.failing:
            raise TrainyardError("no packages")


@pytest.fixture
def lock(tmp_path: Path) -> Path:
    lock = tmp_path / "dvc.lock"
    lock.write_text("dvc==3.0.0 --hash=sha256:00\n")
    return lock


def test_an_environment_is_made_once_and_anew_when_its_lock_changes(
    tmp_path: Path, lock: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    installer, said = Installer(), list[str]()
    monkeypatch.setattr(subject, "_run", installer)
    environ = {"TRAINYARD_CACHE": str(tmp_path / "cache")}

    first = subject.tool_environment(lock, said.append, environ)
    again = subject.tool_environment(lock, said.append, environ)
    lock.write_text("dvc==3.0.1 --hash=sha256:01\n")
    other = subject.tool_environment(lock, said.append, environ)

    assert first == again != other
    assert first.is_dir()
    assert installer.commands == ["venv", "pip", "venv", "pip"]
    assert len(said) == 2


def test_an_interrupted_installation_leaves_nothing_that_looks_ready(
    tmp_path: Path, lock: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(subject, "_run", Installer(failing="pip"))
    environ = {"TRAINYARD_CACHE": str(tmp_path / "cache")}

    with pytest.raises(TrainyardError):
        subject.tool_environment(lock, lambda _: None, environ)

    assert list((tmp_path / "cache" / "tools").iterdir()) == []


def test_a_missing_lock_is_told(tmp_path: Path) -> None:
    with pytest.raises(TrainyardError, match="lock file is missing"):
        subject.tool_environment(tmp_path / "dvc.lock", lambda _: None, {})
