"""actionlint over the workflows: it knows GitHub's syntax, contexts and types better than a test could."""

import shutil
from pathlib import Path

import pytest

from tests.unit.workflows.reading import FOLDER
from trainyard.engine import actionlint
from trainyard.engine.actionlint import command_file, lint, main, obtain
from trainyard.errors import TrainyardError

BUILDABLE = command_file().exists() or shutil.which("go") is not None
needs_actionlint = pytest.mark.skipif(
    not BUILDABLE, reason="actionlint is not built yet, and there is no Go to build it"
)


@needs_actionlint
def test_actionlint_finds_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(FOLDER) == 0, capsys.readouterr().out


@needs_actionlint
@pytest.mark.parametrize(
    ("there", "instead", "message"),
    [
        ("runs-on: ubuntu-24.04", "runs-on: ubuntu-24", 'label "ubuntu-24" is unknown'),
        ("needs: touched", "needs: touch", 'needs job "touch" which does not exist'),
        ("steps.touched.outputs", "steps.touch.outputs", 'property "touch" is not defined'),
        ("timeout-minutes", "timeout-minute", 'unexpected key "timeout-minute"'),
    ],
)
def test_actionlint_names_what_is_wrong(tmp_path: Path, there: str, instead: str, message: str) -> None:
    text = (FOLDER / "pull-request.yml").read_text()
    assert there in text
    (tmp_path / "broken.yml").write_text(text.replace(there, instead, 1))
    verdict = lint(obtain(print), [tmp_path / "broken.yml"])
    assert verdict.returncode == 1
    assert message in verdict.stdout


def test_without_go_the_message_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRAINYARD_CACHE", str(tmp_path))
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(TrainyardError, match=r"could not be built: Go is not installed.*Install Go"):
        obtain(print)
    assert list(command_file().parent.iterdir()) == []


def test_a_folder_without_workflows_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(TrainyardError, match="There is no workflow to lint"):
        actionlint.main(tmp_path)
